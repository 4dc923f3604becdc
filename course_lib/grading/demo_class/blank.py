# Hands in the notebook as it was released.
