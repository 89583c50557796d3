"""American English: months before days, a clock of twelve hours, weeks from Sunday."""

DATE_FORMAT = "M j, Y"
TIME_FORMAT = "g:i A"
DATETIME_FORMAT = "M j, Y, g:i A"
SHORT_DATE_FORMAT = "m/d/Y"
YEAR_MONTH_FORMAT = "F Y"
MONTH_DAY_FORMAT = "M j"
SHORT_MONTH_DAY_FORMAT = "n/j"
MONTH_DAY_TIME_FORMAT = "M j, g:i A"
MONTH_NAME_DAY_FORMAT = "F j"
MONTH_NAME_DATE_FORMAT = "F j, Y"
WEEKDAY_FORMAT = "D, M j"
WEEKDAY_YEAR_FORMAT = "D, M j, Y"
WEEKDAY_TIME_FORMAT = "D, M j, g:i A"
WEEKDAY_YEAR_TIME_FORMAT = "D, M j, Y, g:i A"
LONG_DAY_FORMAT = "l, F j"
LONG_DAY_TIME_FORMAT = "l, F j, g:i A"
LONG_DATE_FORMAT = "l, F j, Y"
LONG_DATETIME_FORMAT = "l, F j, Y, g:i A"
# A time beside others of the same half of the day, that half, and a full hour.
CLOCK_FORMAT = "g:i"
HALF_DAY_FORMAT = "A"
HOUR_FORMAT = "g A"
# A full hour with its half of the day beside it in small print.
BARE_HOUR_FORMAT = "g"
FIRST_DAY_OF_WEEK = 0
DATE_INPUT_FORMATS = ["%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%m-%d-%Y"]
TIME_INPUT_FORMATS = ["%H:%M", "%I:%M %p", "%I %p", "%H:%M:%S"]
