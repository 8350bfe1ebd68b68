{#- How alike the texts of each pair are: a query of text, other_text and similarity, from 0 (nothing in
    common) to 1 (equal), for the distinct pairs of these two columns in `pairs`. Dice's coefficient of their
    bigrams: twice the number of those in common by the sum of both numbers. A text begins and ends with a
    mark of its own, so that the first and the last letter count as much as the others; a bigram that a text
    repeats counts once. Redshift has no Jaro-Winkler, and this needs nothing but joins. Characters behind the
    first `longest` are not looked at. -#}
{% macro bigram_similarities(pairs, longest=128) -%}
    with

    pairs_of_texts as (
        select distinct
            text,
            other_text
        from {{ pairs }}
        where
            text is not null
            and other_text is not null
    ),

    texts as (
        select text from pairs_of_texts

        union

        select other_text as text from pairs_of_texts
    ),

    bigrams as (
        select distinct
            texts.text,
            substring('<' || texts.text || '>', cast(numbers.n + 1 as integer), 2) as bigram
        from texts
        inner join {{ integers(longest + 1) }} as numbers
            on numbers.n <= length(texts.text)
    ),

    sizes as (
        select
            text,
            count(*) as bigram_count
        from bigrams
        group by text
    ),

    shared as (
        select
            pairs_of_texts.text,
            pairs_of_texts.other_text,
            count(*) as bigram_count
        from pairs_of_texts
        inner join bigrams
            on pairs_of_texts.text = bigrams.text
        inner join bigrams as other_bigrams
            on
                pairs_of_texts.other_text = other_bigrams.text
                and bigrams.bigram = other_bigrams.bigram
        group by
            pairs_of_texts.text,
            pairs_of_texts.other_text
    )

    select
        pairs_of_texts.text,
        pairs_of_texts.other_text,
        {{ ratio(
            '2 * coalesce(shared.bigram_count, 0)',
            'sizes.bigram_count + other_sizes.bigram_count',
            scale=4
        ) }} as similarity
    from pairs_of_texts
    inner join sizes
        on pairs_of_texts.text = sizes.text
    inner join sizes as other_sizes
        on pairs_of_texts.other_text = other_sizes.text
    left join shared
        on
            pairs_of_texts.text = shared.text
            and pairs_of_texts.other_text = shared.other_text
{%- endmacro %}
