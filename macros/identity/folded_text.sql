{#- A text in lower case, letters of Latin scripts without their marks (Ł is l, ß is ss), so that a name typed
    on another keyboard is the same. Letters of other scripts stay. -#}
{% macro folded_text(expression) -%}
    {%- set marked = 'àáâãäåāăąçćĉċčďđèéêëēĕėęěĝğġģĥħìíîïĩīĭįıĵķĺļľł'
        ~ 'ñńņňðòóôõöøōŏőŕŗřśŝşšșţťțùúûüũūŭůűųŵýÿŷźżž' -%}
    {%- set plain = 'aaaaaaaaacccccddeeeeeeeeegggghhiiiiiiiiijkllll'
        ~ 'nnnndooooooooorrrssssstttuuuuuuuuuuwyyyzzz' -%}
    {%- set letters = 'replace(replace(replace(replace(lower(' ~ expression
        ~ "), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')" -%}
    translate({{ letters }}, '{{ marked }}', '{{ plain }}')
{%- endmacro %}
