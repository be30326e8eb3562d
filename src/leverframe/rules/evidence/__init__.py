"""What do counts prove, however often one looks?

Pure estimators, one file each; every one is a function of integer counts, so that intervals add up and a
reading can be derived again. Sources are named where a formula stands.
"""
