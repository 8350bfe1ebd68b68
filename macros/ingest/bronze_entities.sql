{% macro bronze_entities() -%}
    {#-
        The entities that have a bronze model, by source: what looks at all of bronze takes them from here,
        not from the graph, which knows no refs while the project is parsed.
    -#}
    {{ return({
        'crm': ['contacts', 'interactions'],
        'fx': ['rates'],
        'marketing': ['ad_spend', 'campaigns'],
        'payments': ['settlements', 'transactions'],
        'pos': ['sales'],
        'shop': [
            'categories', 'customer_addresses', 'customers', 'inventory_movements', 'locations',
            'loyalty_cards', 'opening_stock', 'order_item_promotions', 'order_items', 'orders', 'products',
            'promotions', 'return_items', 'returns', 'stores', 'suppliers',
        ],
        'shipping': ['events'],
        'supplier': ['price_list'],
        'web': ['events'],
    }) }}
{%- endmacro %}
