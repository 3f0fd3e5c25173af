-- SPDX-License-Identifier: MIT
-- The kinds of groups and of activities a new installation begins with. They are data: what an administrator changes afterwards stays.
insert into services (
    id, code, title_en, title_fr, description_en, description_fr, state, capacity, max_sessions, parts, joining,
    topics, offer_hours, created_at, session_capacity)
values
    (
        '00000000-0000-4000-8000-000000000301', 'informal_group',
        'Informal peer support group', 'Groupe informel de soutien par les pairs',
        'Online meetings of an hour and a half, led by two trained peer supporters. Those who come decide what to talk about, '
            'and some meetings include a moment of relaxation. Once registered you come when you like: nobody keeps count of the '
            'times you stayed away. There is nothing to pay, and what is said stays in the group.',
        'Des rencontres en ligne d''une heure et demie, animées par deux pairs aidants formés. Les personnes présentes '
            'choisissent les sujets, et certaines rencontres comprennent un moment de détente. Une fois inscrit, on vient quand '
            'on le souhaite : les absences ne sont pas comptées. La participation est gratuite, et ce qui se dit reste dans le groupe.',
        'available', 10, 8,
        '[{"duration_minutes": 90, "gap_days": 7, "hosts": {
            "peer_supporter": {"count": 2, "is_needed": true}, "on_call_professional": {"count": 1, "is_needed": false}}}]',
        'drop_in', 'participants', 72, transaction_timestamp(), null),
    (
        '00000000-0000-4000-8000-000000000302', 'formal_group',
        'Formal peer support group', 'Groupe formel de soutien par les pairs',
        'A small group that stays together over a series of online meetings of an hour and a half, led by a trained peer supporter '
            'and a mental health professional. Every meeting has its subject and some reading: the impacts of trauma, moral injury, '
            'boundaries, coping, self-care and others. Nobody joins after the first meeting, and you are asked to come to all of '
            'them if you can. There is nothing to pay, and what is said stays in the group.',
        'Un petit groupe qui demeure le même pendant une série de rencontres en ligne d''une heure et demie, animées par un pair '
            'aidant formé et un professionnel de la santé mentale. Chaque rencontre a son sujet et quelques lectures : les effets '
            'des traumatismes, la blessure morale, les limites, l''adaptation, le soin de soi et d''autres. Personne ne se joint '
            'au groupe après la première rencontre, et on vous demande de venir à toutes si vous le pouvez. La participation est '
            'gratuite, et ce qui se dit reste dans le groupe.',
        'available', 8, 10,
        '[{"duration_minutes": 90, "gap_days": 7, "hosts": {
            "peer_supporter": {"count": 1, "is_needed": true}, "mental_health_professional": {"count": 1, "is_needed": true}}}]',
        'closed', 'predetermined', 72, transaction_timestamp() + interval '1 second', null),
    -- S2.11, S2.12.
    (
        '00000000-0000-4000-8000-000000000303', 'coffee_chat', 'Coffee chat', 'Café-causerie',
        'An hour and a quarter online with whatever you like to drink. Those who come decide what to talk about. Once registered you '
            'come to as many chats as you like.',
        'Une heure et quart en ligne, avec la boisson de votre choix. Les personnes présentes choisissent les sujets. Une fois '
            'inscrit, on vient à autant de causeries qu''on le souhaite.',
        'available', 100, 26,
        '[{"duration_minutes": 75, "gap_days": 14, "hosts": {"coordinator": {"count": 1, "is_needed": true}}}]',
        'drop_in', 'participants', 72, transaction_timestamp() + interval '2 seconds', 10),
    -- S2.15, S2.18, S2.19, S2.23.
    (
        '00000000-0000-4000-8000-000000000304', 'creative_event', 'Two-part creative event', 'Événement créatif en deux parties',
        'An evening of an hour and a half, and another hour two weeks later, for the same people. Nothing to pay.',
        'Une soirée d''une heure et demie, puis une autre heure deux semaines plus tard, avec les mêmes personnes. Gratuit.',
        'available', 10, 2,
        '[{"duration_minutes": 90, "gap_days": 0, "hosts": {
            "team_member": {"count": 1, "is_needed": true}, "guest": {"count": 1, "is_needed": false}}},
          {"duration_minutes": 60, "gap_days": 14, "hosts": {
            "team_member": {"count": 1, "is_needed": true}, "guest": {"count": 1, "is_needed": false},
            "mental_health_professional": {"count": 1, "is_needed": false}}}]',
        'closed', 'participants', 72, transaction_timestamp() + interval '3 seconds', null),
    (
        '00000000-0000-4000-8000-000000000305', 'yoga_series', 'Trauma-informed yoga',
        'Yoga tenant compte des traumatismes',
        'A weekly series of an hour and a quarter, led by a certified instructor. Camera on or off, as you wish.',
        'Une série hebdomadaire d''une heure et quart, donnée par une personne certifiée. Caméra ouverte ou fermée, à votre choix.',
        'available', 10, 8,
        '[{"duration_minutes": 75, "gap_days": 7, "hosts": {
            "team_member": {"count": 1, "is_needed": true}, "guest": {"count": 1, "is_needed": false},
            "on_call_professional": {"count": 1, "is_needed": false}}}]',
        'drop_in', 'participants', 72, transaction_timestamp() + interval '4 seconds', null)
on conflict (code) do nothing;
