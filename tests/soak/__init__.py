"""The crash soak: a storm over a real pool, and a judge that looks at what is left of it.

From what is planned to what is judged::

    weather     what goes wrong and when, drawn from a seed
    load        what producers enqueue, drawn from a seed
    app         the tasks; each body writes down that it begins and ends
    lines       the files outside the database that bodies and producers append to
    producer    a process that enqueues and acknowledges what was accepted
    latecomer   a process that was taken for dead and finishes its job all the same
    processes   starting, signalling and ending processes that are surely ours
    troupe      the pool and the producers, started anew whenever they end
    attacks     what each kind of trouble does
    storm       conducts all that, then lets everything come to rest
    evidence    what was written outside, what the ledger says, who was killed
    judge       the checks of `verdicts`, and the summary
"""
