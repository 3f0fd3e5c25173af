-- SPDX-License-Identifier: MIT
-- Mail that says nothing to whoever else may read it (R3): no name of a person or of the service, no hint of what it is about.
-- {link} is setting public_url; {when} is a local time with its zone.
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
        'Il y a du nouveau, et d''autres possibilités peuvent vous convenir. Veuillez ouvrir une session pour les consulter, ou appelez-nous quand vous voulez :'),
    ('seat_offered',
        e'There is a place for you. It is kept until:\n\n{when}\n\nPlease sign in to see it, and to say yes or no; either is fine:',
        e'Il y a une place pour vous. Elle vous est réservée jusqu''au moment suivant :\n\n{when}\n\nVeuillez ouvrir une session pour la voir et dire oui ou non; les deux réponses conviennent :'),
    ('seat_confirmed',
        e'Your place is confirmed. These are the dates and times:\n\n{when}\n\nYou can see them, and change your mind at any time, by signing in:',
        e'Votre place est confirmée. Voici les dates et les heures :\n\n{when}\n\nVous pouvez les voir, et changer d''avis à tout moment, en ouvrant une session :'),
    ('seat_released',
        'There is a change. Please sign in to read about it, or call us whenever you like:',
        'Il y a un changement. Veuillez ouvrir une session pour en prendre connaissance, ou appelez-nous quand vous voulez :'),
    ('session_changed',
        e'A time has changed. It is now:\n\n{when}\n\nYou can see all dates by signing in:',
        e'Une heure a changé. C''est maintenant :\n\n{when}\n\nVous pouvez voir toutes les dates en ouvrant une session :'),
    ('session_cancelled',
        e'What was planned for this time does not take place:\n\n{when}\n\nYou can see the other dates by signing in:',
        e'Ce qui était prévu à ce moment n''aura pas lieu :\n\n{when}\n\nVous pouvez voir les autres dates en ouvrant une session :'),
    ('series_changed',
        e'Some dates have changed. These are the ones to come:\n\n{when}\n\nYou can also see them by signing in:',
        e'Des dates ont changé. Voici celles à venir :\n\n{when}\n\nVous pouvez aussi les voir en ouvrant une session :'),
    ('group_cancelled',
        'What was planned does not take place. There are other ways that may suit you. Please sign in to read about them, or call us whenever you like:',
        'Ce qui était prévu n''aura pas lieu. D''autres possibilités peuvent vous convenir. Veuillez ouvrir une session pour les consulter, ou appelez-nous quand vous voulez :')
) t (kind, body_en, body_fr)
on conflict (kind) do update set
    subject_en = excluded.subject_en, subject_fr = excluded.subject_fr, body_en = excluded.body_en, body_fr = excluded.body_fr;
