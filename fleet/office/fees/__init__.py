"""Yearly fees: dated rules, notices made from them, letters and reminders."""
