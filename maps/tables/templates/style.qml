{% macro option(name, value) %}<Option type="QString" name="{{ name }}" value="{{ value }}"/>{% endmacro %}
{% macro symbol(one) %}
<symbol type="{{ shape }}" name="{{ one.name }}" alpha="1" clip_to_extent="1" force_rhr="0">
<layer class="{{ layer }}" pass="0" locked="0" enabled="1"><Option type="Map">
{% if shape == "marker" %}
{{ option("name", "circle") }}{{ option("color", one.fill | rgba) }}{{ option("outline_color", one.line | rgba) }}
{{ option("size", "3") }}
{% elif shape == "line" %}
{{ option("line_color", one.line | rgba) }}{{ option("line_width", one.width) }}{{ option("line_style", "solid") }}
{% else %}
{{ option("color", (one.line if one.style == "b_diagonal" else one.fill) | rgba(215)) }}
{{ option("style", one.style) }}{{ option("outline_color", one.line | rgba) }}
{{ option("outline_style", "solid") }}{{ option("outline_width", one.width) }}
{% endif %}
</Option></layer>
</symbol>
{% endmacro %}
<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.28.0" styleCategories="Symbology|Labeling" labelsEnabled="{{ 1 if label else 0 }}">
{% if ranges %}
<renderer-v2 type="graduatedSymbol" attr={{ column | quoted }} graduatedMethod="GraduatedColor" symbollevels="0" enableorderby="0" forceraster="0">
<ranges>
{% for low, high, words in ranges %}
<range symbol="{{ loop.index0 }}" lower="{{ low }}" upper="{{ high }}" label={{ words | quoted }} render="true"/>
{% endfor %}
</ranges>
{% elif rules %}
<renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0">
<rules key="rules">
{% for test, words in rules %}
<rule key="rule-{{ loop.index0 }}" symbol="{{ loop.index0 }}" filter={{ test | quoted }} label={{ words | quoted }}/>
{% endfor %}
</rules>
{% else %}
<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">
{% endif %}
<symbols>{% for one in symbols %}{{ symbol(one) }}{% endfor %}</symbols>
</renderer-v2>
{% if label %}
<labeling type="simple"><settings calloutType="simple">
<text-style fieldName="{{ label }}" fontSize="9" fontSizeUnit="Point" textColor="{{ ink | rgba }}" isExpression="0" fontFamily="Arial" textOpacity="1">
<text-buffer bufferDraw="1" bufferSize="0.8" bufferColor="255,255,255,255" bufferOpacity="1"/>
</text-style><placement placement="1" priority="5"/><rendering drawLabels="1" obstacle="1"/>
</settings></labeling>
{% endif %}
</qgis>
