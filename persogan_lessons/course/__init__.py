"""What makes a notebook a lesson."""
