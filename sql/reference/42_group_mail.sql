-- SPDX-License-Identifier: MIT
-- Mail about seats and sessions, as neutral as all other mail (22_mail.sql). {when}: hours with their zone, by seat_mail_when().
insert into mail_templates (kind, subject_en, subject_fr, body_en, body_fr)
select kind, 'A message for you', 'Un message pour vous',
    e'Hello,\n\n' || body_en || e'\n\n{link}\n\nThank you.\n',
    e'Bonjour,\n\n' || body_fr || e'\n\n{link}\n\nMerci.\n'
from (values
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
