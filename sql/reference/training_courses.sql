-- SPDX-License-Identifier: MIT
-- The courses a new installation begins with. They are data: what an administrator changes afterwards stays.
insert into training_courses (
    id, code, kind, title_en, title_fr, description_en, description_fr, modules, methods, populations, valid_months, created_at)
select
    v.id::uuid, v.code, v.kind, v.title_en, v.title_fr, v.description_en, v.description_fr,
    array(select l.code from code_lists l where l.list = 'training_' || v.kind order by l.position),
    '{scenarios,role_plays,practice_sessions}', '{caf_members,veterans,dnd_employees,cadets,junior_rangers}', v.valid_months,
    transaction_timestamp() + v.place * interval '1 second'
from (values
    (1, '00000000-0000-4000-8000-000000000501', 'orientation_training', 'orientation',
        'Orientation training', 'Formation d''orientation',
        'What everybody learns before they lead: peer support, listening, trauma, crisis, self-care and leading discussions, made with '
            'subject matter experts and with peers.',
        'Ce que chaque personne apprend avant d''animer : soutien par les pairs, écoute, traumatismes, crise, soin de soi et animation '
            'de discussions, avec des spécialistes et des pairs.', null::int),
    (2, '00000000-0000-4000-8000-000000000502', 'facilitator_training', 'facilitator',
        'Intensive facilitator training', 'Formation intensive à l''animation',
        'For mental health professionals who lead formal groups.',
        'Pour les professionnels de la santé mentale qui animent des groupes formels.', null),
    (3, '00000000-0000-4000-8000-000000000503', 'continuing_education', 'continuing',
        'Continuing education', 'Formation continue',
        'Through the year, given by mental health professionals.',
        'Tout au long de l''année, donnée par des professionnels de la santé mentale.', 12)
    ) v (place, id, code, kind, title_en, title_fr, description_en, description_fr, valid_months)
on conflict (code) do nothing;
