"""What runs inside a gateway?"""
