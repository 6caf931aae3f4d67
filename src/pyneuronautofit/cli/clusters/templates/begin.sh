cd -- {{ directory|sh }}{{ " || exit 2" }}
{% for line in setup %}
{{ line }}
{% endfor %}
