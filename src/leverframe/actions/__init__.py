"""What do people and the clock do?

Each action gathers facts, asks a rule, and records, in one transaction with one audit entry.
"""
