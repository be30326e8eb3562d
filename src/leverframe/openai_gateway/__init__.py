"""How does a client of the OpenAI API get the unit that was released?

`leverframe gateway`: a small process that serves `feature:<id>` as a model name. It asks the embedded gateway
which unit serves, puts the prompt in front, sets the model, and says in headers what was served and why.
"""
