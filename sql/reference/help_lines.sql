-- SPDX-License-Identifier: MIT
-- Whom to call, in the order to show them.
insert into help_lines (code, position, name_en, name_fr, ways, number, email, note_en, note_fr) values
    ('smsrc_line', 1, 'Support line of the program, 24 hours a day, 7 days a week',
        'Ligne de soutien du programme, 24 heures par jour, 7 jours par semaine',
        '{call}', '1-844-750-1648', null,
        'From 07:00 to 21:00 Eastern Time a counsellor of the Centre answers. At night the Employee Assistance Program of Health Canada answers; you can leave a message or ask to be called back the next day. You need not give your name.',
        'De 7 h à 21 h, heure de l''Est, un conseiller du Centre répond. La nuit, le Programme d''aide aux employés de Santé Canada répond; vous pouvez laisser un message ou demander qu''on vous rappelle le lendemain. Vous n''avez pas à donner votre nom.'),
    ('crisis_988', 2, '9-8-8 Suicide Crisis Helpline', '9-8-8, ligne d''aide en cas de crise de suicide',
        '{call,text}', '9-8-8', null,
        'At any hour, free, in English and French.',
        'À toute heure, sans frais, en français et en anglais.'),
    ('emergency_911', 3, 'Emergency services', 'Services d''urgence',
        '{call}', '911', null,
        'When somebody is in immediate danger.',
        'Quand quelqu''un est en danger immédiat.'),
    ('program_email', 4, 'The Peer Support Program', 'Le Programme de soutien par les pairs',
        '{email}', null, 'SMSRCPSP-CSRISPSP@forces.gc.ca',
        'To join, to ask or to tell us something. A coordinator answers within one to two business days. Please use an address that only you read.',
        'Pour vous joindre au programme, poser une question ou nous dire quelque chose. Un coordonnateur répond en un à deux jours ouvrables. Utilisez de préférence une adresse que vous êtes seul à lire.')
on conflict (code) do update set
    position = excluded.position, name_en = excluded.name_en, name_fr = excluded.name_fr, ways = excluded.ways,
    number = excluded.number, email = excluded.email, note_en = excluded.note_en, note_fr = excluded.note_fr;
