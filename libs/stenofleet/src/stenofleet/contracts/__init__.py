"""What goes over the wire between services: task names, headers, states."""
