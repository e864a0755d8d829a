"""A rule in words: `every 5 minutes`, `at 08:00 on Monday to Friday`."""

from collections.abc import Sequence

from jobdash.rule import Crontab, Rule

OWN = "by its own rule"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
# In the order in which people write them; huey's 0 is Sunday.
_WEEK = {
    1: "Monday", 2: "Tuesday", 3: "Wednesday", 4: "Thursday", 5: "Friday", 6: "Saturday",
    0: "Sunday",
}  # fmt: skip
_MOST_TIMES = 4
_LEAST_RANGE = 3


def rule_words(rule: Rule) -> str:
    """Return when the task runs, as one would say it; clock times in UTC are marked as such."""
    if not isinstance(rule, Crontab):
        return OWN
    when, day = _time_words(rule.hours, rule.minutes), _day_words(rule)
    if rule.utc and (":" in when or "of the hours" in when):
        when += " UTC"
    if not day:
        return f"every day {when}" if when.startswith("at ") else when
    if day.startswith("on the") and when.startswith("at "):
        return f"{day} {when}"
    return f"{when} {day}"


# -- the time of day -----------------------------------------------------------------------------


def _time_words(hours: Sequence[int], minutes: Sequence[int]) -> str:
    if len(hours) == 24:
        return _every_hour(minutes)
    if _step(hours, 24) and len(minutes) == 1:
        return f"every {_step(hours, 24)} hours{_past(minutes[0])}"
    if len(hours) * len(minutes) <= _MOST_TIMES:
        return f"at {_listed([f'{h:02}:{m:02}' for h in hours for m in minutes])}"
    if _is_run(hours) and (pace := _pace(minutes)):
        return f"{pace} from {hours[0]:02}:{minutes[0]:02} to {hours[-1]:02}:{minutes[-1]:02}"
    return f"{_minutes(minutes)} of the hours {_numbers(hours)}"


def _every_hour(minutes: Sequence[int]) -> str:
    if len(minutes) == 1:
        return f"every hour{_past(minutes[0])}"
    if len(minutes) == 60 or _step(minutes, 60):
        return _pace(minutes)
    return f"every hour {_minutes(minutes)}"


def _minutes(minutes: Sequence[int]) -> str:
    if len(minutes) == 1:
        return f"at minute {minutes[0]}"
    return f"at the minutes {_numbers(minutes)}"


def _pace(minutes: Sequence[int]) -> str:
    """Return how often within an hour, or '' if it is not regular."""
    if len(minutes) == 60:
        return "every minute"
    if len(minutes) == 1:
        return "every hour"
    step = _step(minutes, 60)
    return f"every {step} minutes" if step else ""


def _step(values: Sequence[int], whole: int) -> int:
    """Return n if these are every n-th of the whole, evenly around the clock; else 0."""
    count = len(values)
    if count < 2 or whole % count or values[0] != 0:
        return 0
    step = whole // count
    return step if tuple(values) == tuple(range(0, whole, step)) else 0


def _past(minute: int) -> str:
    return f", {minute} minute{'s' * (minute != 1)} past" if minute else ""


# -- the day -------------------------------------------------------------------------------------


def _day_words(rule: Crontab) -> str:
    days, weekdays = _dates(rule), _weekdays(rule.weekdays)
    if days and weekdays:
        return f"{days} if that is {weekdays}"
    return days or (f"on {weekdays}{_in_months(rule)}" if weekdays else _in_months(rule).strip())


def _dates(rule: Crontab) -> str:
    if len(rule.days) == 31:
        return ""
    days = _listed(_ranges([(day, _ordinal(day)) for day in rule.days]))
    return f"on the {days} of {_month_names(rule.months) or 'each month'}"


def _in_months(rule: Crontab) -> str:
    names = _month_names(rule.months)
    return f" in {names}" if names else ""


def _month_names(months: Sequence[int]) -> str:
    if len(months) == 12:
        return ""
    return _listed(_ranges([(month, _MONTHS[month - 1]) for month in months]))


def _weekdays(weekdays: Sequence[int]) -> str:
    chosen = [(place, name) for place, (day, name) in enumerate(_WEEK.items()) if day in weekdays]
    return "" if len(chosen) == 7 else _listed(_ranges(chosen))


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number in (11, 12, 13) else ending}"


# -- lists ---------------------------------------------------------------------------------------


def _numbers(values: Sequence[int]) -> str:
    return _listed(_ranges([(value, str(value)) for value in values]))


def _ranges(values: Sequence[tuple[int, str]]) -> list[str]:
    """Return the names, three or more neighbours as one range."""
    runs: list[list[tuple[int, str]]] = []
    for number, name in values:
        if runs and runs[-1][-1][0] == number - 1:
            runs[-1].append((number, name))
        else:
            runs.append([(number, name)])
    told = []
    for run in runs:
        names = [name for _, name in run]
        told += names if len(run) < _LEAST_RANGE else [f"{names[0]} to {names[-1]}"]
    return told


def _is_run(values: Sequence[int]) -> bool:
    return tuple(values) == tuple(range(values[0], values[-1] + 1))


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
