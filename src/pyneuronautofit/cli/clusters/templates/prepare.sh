{% include "head.sh" %}
# Compiles what all runs of the array have in common, once. By hand: bash {{ script|sh }}
# Written by: {{ command }}

{% include "begin.sh" %}
exec {{ program }} fit --prepare -n "${SLURM_CPUS_PER_TASK:-{{ cores }}}" \
    {{ words }}
