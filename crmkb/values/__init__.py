"""Convert between text and values: dates, money, names, addresses and CSV tables."""
