"""What may be?

Pure rules, one file per question: told the time and the facts, they answer with a reason. No I/O, no clock.
"""
