"""Random histories of the whole consent model, judged by three ways that share no path, and compared answer by answer."""
