{% macro key_changes(tested, catalog) -%}
    {#-
        The statements that make the catalog say what tests have proven: keys whose test failed go, proven
        ones that it lacks come, primary keys before the foreign keys that refer to them.
    -#}
    {%- set changes = [] -%}
    {%- set primary = tested | rejectattr('parent') | list -%}
    {%- set foreign = tested | selectattr('parent') | list -%}
    {%- set tables = {} -%}
    {%- for unique_id in tested | map(attribute='child') | list + foreign | map(attribute='parent') | list -%}
        {%- set node = graph.nodes[unique_id] -%}
        {%- do tables.update({unique_id: node.schema ~ '.' ~ node.alias}) -%}
    {%- endfor -%}

    {#- Foreign keys first: dropping a primary key takes along those that refer to it. -#}
    {%- for key in foreign + primary if not key.holds and key.place in catalog.names -%}
        {%- do changes.append(drop_key_sql(table_of_node(key.child), key.name)) -%}
        {%- do catalog.names.remove(key.place) -%}
        {%- if not key.parent -%}
            {%- do catalog.keyed.remove(tables[key.child]) -%}
        {%- endif -%}
    {%- endfor -%}

    {%- for key in primary if key.holds and tables[key.child] not in catalog.keyed -%}
        {%- set nullable = [] -%}
        {%- for column in key.columns if tables[key.child] ~ '.' ~ column not in catalog.filled -%}
            {%- do nullable.append(column) -%}
        {%- endfor -%}
        {%- if not nullable -%}
            {%- do changes.append('alter table ' ~ table_of_node(key.child) ~ ' add constraint ' ~ key.name
                ~ ' primary key (' ~ names_in_sql(graph.nodes[key.child], key.columns) | join(', ') ~ ')') -%}
            {%- do catalog.names.append(key.place) -%}
        {%- endif -%}
    {%- endfor -%}

    {%- for key in foreign if key.holds and key.place not in catalog.names -%}
        {%- set parent = graph.nodes[key.parent] -%}
        {%- set parent_key = tables[key.parent] ~ '__pk' -%}
        {%- set grain = bare_names((parent.config.meta or {}).get('grain') or []) -%}
        {%- if parent_key in catalog.names and grain == [key.parent_column] -%}
            {%- do changes.append('alter table ' ~ table_of_node(key.child) ~ ' add constraint ' ~ key.name
                ~ ' foreign key (' ~ names_in_sql(graph.nodes[key.child], key.columns) | join(', ')
                ~ ') references ' ~ table_of_node(key.parent)
                ~ ' (' ~ names_in_sql(parent, [key.parent_column])[0] ~ ')') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(changes) }}
{%- endmacro %}
