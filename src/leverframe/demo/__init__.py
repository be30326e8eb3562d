"""What does a synthetic world around Leverframe look like?

People who ask, traffic through real gateways by the official `openai` client, and a scorer that reads answers.
"""
