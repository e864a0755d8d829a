"""The members and the callback of a small chord."""

from sample_tasks.app import huey


@huey.task()
def square(number: int = 3) -> int:
    """Returns the square of a number."""
    return number * number


@huey.task()
def total(numbers: list[int]) -> int:
    """Adds up the results of a chord; members that failed count nothing."""
    return sum(number for number in numbers if isinstance(number, int))
