"""How good is a model: classification metrics, overlap of boxes and masks, detection."""
