"""工时日历: which time counts, with lunch breaks, public holidays, make-up days and days of one's own, in versions."""
