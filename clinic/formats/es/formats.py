"""Spanish: days before months, a clock of twenty-four hours, weeks from Monday."""

DATE_FORMAT = r"j \d\e b \d\e Y"
TIME_FORMAT = "G:i"
DATETIME_FORMAT = r"j \d\e b \d\e Y, G:i"
SHORT_DATE_FORMAT = "d/m/Y"
YEAR_MONTH_FORMAT = r"F \d\e Y"
MONTH_DAY_FORMAT = r"j \d\e b"
MONTH_DAY_TIME_FORMAT = r"j \d\e b, G:i"
WEEKDAY_FORMAT = r"D j \d\e b"
WEEKDAY_YEAR_FORMAT = r"D j \d\e b \d\e Y"
WEEKDAY_TIME_FORMAT = r"D j \d\e b, G:i"
WEEKDAY_YEAR_TIME_FORMAT = r"D j \d\e b \d\e Y, G:i"
LONG_DAY_FORMAT = r"l j \d\e F"
LONG_DAY_TIME_FORMAT = r"l j \d\e F, G:i"
LONG_DATE_FORMAT = r"l j \d\e F \d\e Y"
LONG_DATETIME_FORMAT = r"l j \d\e F \d\e Y, G:i"
CLOCK_FORMAT = "G:i"
HALF_DAY_FORMAT = ""
BARE_HOUR_FORMAT = "G:i"
HOUR_FORMAT = "G:i"
FIRST_DAY_OF_WEEK = 1
DATE_INPUT_FORMATS = ["%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d", "%d-%m-%Y"]
TIME_INPUT_FORMATS = ["%H:%M", "%I:%M %p", "%I %p", "%H:%M:%S"]
