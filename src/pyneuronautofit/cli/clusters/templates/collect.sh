{% include "head.sh" %}
# Makes one model database of all runs, and a page that compares the best ones. It may be run at any
# time, and again. By hand: bash {{ script|sh }}
# Written by: {{ command }}

{% include "begin.sh" %}
{{ program }} status {{ folder|sh }}
{{ program }} collect {{ stores|sh }}/{{ name|sh }}-{{ "[0-9]" * width }}.sqlite -o {{ database|sh }} || exit
exec {{ program }} report --best {{ most }} {{ stores|sh }}/{{ name|sh }}-{{ "[0-9]" * width }}.sqlite \
    -o {{ page|sh }}
