"""Training: one step, the loop around it, its resumable state, its log and sample sheets."""
