{% include "head.sh" %}
# {{ n_run }} runs, which differ by their seed. Whatever ends one of them, the same script goes on with it,
# and leaves those alone that have ended. By hand, the third run: bash {{ script|sh }} 3
# Written by: {{ command }}

{% include "begin.sh" %}
task=${1:-${SLURM_ARRAY_TASK_ID:-1}}
stamp=$(printf '%s-%0{{ width }}d' {{ name|sh }} "$task")
# In the place of this shell: it is the program that gets SIGTERM, {{ warning_s }} s before the time is up.
exec {{ program }} fit --resume-or-start -a "$stamp" --seed "$task" \
    -n "${SLURM_CPUS_PER_TASK:-{{ cores }}}" --output {{ stores|sh }} \
{% if scratch %}
    --scratch "{{ scratch }}" \
{% endif %}
    {{ words }}
