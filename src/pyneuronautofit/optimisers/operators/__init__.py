"""What a population is changed by: selection, crossover, mutation."""
