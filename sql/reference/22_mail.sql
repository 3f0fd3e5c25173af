-- SPDX-License-Identifier: MIT
-- Mail that says nothing to whoever else may read it (R3): no name of a person or of the service, no number, no word on what it
-- is about. {link} is setting public_url, {when} the meeting's local time with its zone.
insert into settings (key, value) values ('public_url', 'http://127.0.0.1:8080/') on conflict (key) do nothing;
insert into mail_templates (kind, subject_en, subject_fr, body_en, body_fr)
select kind, 'A message for you', 'Un message pour vous',
    e'Hello,\n\n' || body_en || e'\n\n{link}\n\nThank you.\n',
    e'Bonjour,\n\n' || body_fr || e'\n\n{link}\n\nMerci.\n'
from (values
    ('form_sent',
        'The form we talked about is ready. Please sign in to fill it in, a part at a time if you like:',
        'Le formulaire dont nous avons parlé est prêt. Veuillez ouvrir une session pour le remplir, une partie à la fois si vous voulez :'),
    ('acknowledgement',
        'What you sent has arrived. We will be in touch about what comes next. You can see how things stand by signing in:',
        'Ce que vous avez envoyé est arrivé. Nous communiquerons avec vous pour la suite. Vous pouvez voir où en sont les choses en ouvrant une session :'),
    ('meeting_scheduled',
        e'We have set aside this time to talk with you:\n\n{when}\n\nIf it does not suit you, sign in or tell us and we will find another:',
        e'Nous avons réservé ce moment pour parler avec vous :\n\n{when}\n\nS''il ne vous convient pas, ouvrez une session ou dites-le-nous et nous en trouverons un autre :'),
    ('meeting_changed',
        e'The time to talk with you has changed. It is now:\n\n{when}\n\nIf it does not suit you, sign in or tell us and we will find another:',
        e'Le moment prévu pour parler avec vous a changé. C''est maintenant :\n\n{when}\n\nS''il ne vous convient pas, ouvrez une session ou dites-le-nous et nous en trouverons un autre :'),
    ('status_update',
        'There is news about how things stand. Please sign in to read it:',
        'Il y a du nouveau sur l''état des choses. Veuillez ouvrir une session pour le lire :'),
    ('document_changed',
        'A document that you accepted has a new version. Please sign in to read it and, if you agree, to accept it; nothing else is asked again:',
        'Un document que vous avez accepté a une nouvelle version. Veuillez ouvrir une session pour la lire et, si vous êtes d''accord, l''accepter; rien d''autre n''est demandé de nouveau :'),
    ('intake_closed',
        'There is news, and there are other ways that may suit you. Please sign in to read about them, or call us whenever you like:',
        'Il y a du nouveau, et d''autres possibilités peuvent vous convenir. Veuillez ouvrir une session pour les consulter, ou appelez-nous quand vous voulez :')
) t (kind, body_en, body_fr)
on conflict (kind) do update set
    subject_en = excluded.subject_en, subject_fr = excluded.subject_fr, body_en = excluded.body_en, body_fr = excluded.body_fr;
