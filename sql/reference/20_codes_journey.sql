-- SPDX-License-Identifier: MIT
-- The words of every code of participants, intakes and messages.
insert into code_lists (list, code, position, label_en, label_fr) values
    ('affiliation_kind', 'caf_current', 1, 'Canadian Armed Forces member', 'Membre des Forces armées canadiennes'),
    ('affiliation_kind', 'caf_former', 2, 'Veteran or former Canadian Armed Forces member', 'Vétéran, vétérane ou ex-membre des Forces armées canadiennes'),
    ('affiliation_kind', 'dnd_current', 3, 'Employee of the Department of National Defence', 'Membre du personnel du ministère de la Défense nationale'),
    ('affiliation_kind', 'dnd_former', 4, 'Former employee of the Department of National Defence', 'Ex-membre du personnel du ministère de la Défense nationale'),
    ('affiliation_kind', 'cadet', 5, 'Cadet, current or former', 'Cadet ou cadette, actuel ou ancien'),
    ('affiliation_kind', 'jcr', 6, 'Junior Canadian Ranger, current or former', 'Ranger junior canadien, actuel ou ancien'),

    ('participant_status', 'active', 1, 'Active', 'Actif'),
    ('participant_status', 'erased', 2, 'Erased', 'Effacé'),

    ('exclusion_reason', 'own_case', 1, 'Their own case, or somebody close to them', 'Leur propre dossier, ou celui d''une personne proche'),
    ('exclusion_reason', 'asked_by_peer', 2, 'Asked for by the peer', 'Demandé par le pair'),

    ('intake_track', 'group', 1, 'Groups', 'Groupes'),
    ('intake_track', 'activity', 2, 'Activities', 'Activités'),

    ('intake_state', 'received', 1, 'Received', 'Reçu'),
    ('intake_state', 'form_sent', 2, 'Form sent', 'Formulaire envoyé'),
    ('intake_state', 'forms_sent', 3, 'Forms sent', 'Formulaires envoyés'),
    ('intake_state', 'form_returned', 4, 'Form returned', 'Formulaire retourné'),
    ('intake_state', 'forms_returned', 5, 'Forms returned', 'Formulaires retournés'),
    ('intake_state', 'acknowledged', 6, 'Receipt acknowledged', 'Réception confirmée'),
    ('intake_state', 'meeting_scheduled', 7, 'Meeting scheduled', 'Rencontre prévue'),
    ('intake_state', 'meeting_done', 8, 'Meeting held', 'Rencontre tenue'),
    ('intake_state', 'not_ready', 9, 'Not ready yet', 'Pas encore prêt'),
    ('intake_state', 'ready', 10, 'Ready', 'Prêt'),
    ('intake_state', 'registered', 11, 'Registered', 'Inscrit'),
    ('intake_state', 'placed', 12, 'Place confirmed', 'Place confirmée'),
    ('intake_state', 'closed', 13, 'Closed', 'Terminé'),
    ('intake_state', 'ineligible', 14, 'Directed to other support', 'Orienté vers un autre soutien'),
    ('intake_state', 'withdrawn', 15, 'Withdrawn', 'Retiré'),

    ('readiness', 'ready', 1, 'Ready', 'Prêt'),
    ('readiness', 'not_yet', 2, 'Not ready yet', 'Pas encore prêt'),
    ('readiness', 'not_discussed', 3, 'Not discussed yet', 'Pas encore abordé'),

    ('intake_outcome', 'completed', 1, 'Completed', 'Mené à terme'),
    ('intake_outcome', 'no_longer_wanted', 2, 'No longer wanted', 'N''est plus souhaité'),
    ('intake_outcome', 'unreachable', 3, 'Could not be reached', 'Impossible à joindre'),
    ('intake_outcome', 'ineligible', 4, 'Outside who the program can serve', 'Hors des personnes que le programme peut servir'),
    ('intake_outcome', 'other_service', 5, 'Another service fits better', 'Un autre service convient mieux'),

    ('update_method', 'phone', 1, 'Telephone', 'Téléphone'),
    ('update_method', 'email', 2, 'E-mail', 'Courriel'),
    ('update_method', 'in_person', 3, 'In person', 'En personne'),

    ('form_author', 'peer', 1, 'The person', 'La personne'),
    ('form_author', 'coordinator', 2, 'The coordinator, with the person', 'Le coordonnateur, avec la personne'),
    ('form_author', 'both', 3, 'Both', 'Les deux'),

    ('service_wanted', 'informal_group', 1, 'Informal peer support group', 'Groupe informel de soutien par les pairs'),
    ('service_wanted', 'formal_group', 2, 'Formal peer support group', 'Groupe formel de soutien par les pairs'),
    ('service_wanted', 'coffee_chat', 3, 'Virtual coffee chat', 'Pause-café virtuelle'),
    ('service_wanted', 'creative_coping', 4, 'Creative coping', 'Adaptation créative'),
    ('service_wanted', 'yoga', 5, 'Trauma-informed yoga', 'Yoga tenant compte des traumatismes'),
    ('service_wanted', 'workshop', 6, 'Workshop or event', 'Atelier ou événement'),
    ('service_wanted', 'not_sure', 7, 'Not sure yet', 'Pas encore décidé'),

    ('composition_preference', 'any', 1, 'No preference', 'Aucune préférence'),
    ('composition_preference', 'women', 2, 'With women', 'Avec des femmes'),
    ('composition_preference', 'men', 3, 'With men', 'Avec des hommes'),
    ('composition_preference', 'gender_diverse', 4, 'With gender-diverse people', 'Avec des personnes de diverses identités de genre'),
    ('composition_preference', 'mixed', 5, 'Mixed', 'Mixte'),

    ('weekday', 'monday', 1, 'Monday', 'Lundi'),
    ('weekday', 'tuesday', 2, 'Tuesday', 'Mardi'),
    ('weekday', 'wednesday', 3, 'Wednesday', 'Mercredi'),
    ('weekday', 'thursday', 4, 'Thursday', 'Jeudi'),
    ('weekday', 'friday', 5, 'Friday', 'Vendredi'),
    ('weekday', 'saturday', 6, 'Saturday', 'Samedi'),
    ('weekday', 'sunday', 7, 'Sunday', 'Dimanche'),
    ('day_part', 'morning', 1, 'Morning', 'Matin'),
    ('day_part', 'afternoon', 2, 'Afternoon', 'Après-midi'),
    ('day_part', 'evening', 3, 'Evening', 'Soir'),

    ('message_kind', 'form_sent', 1, 'The form is ready to be filled in', 'Le formulaire est prêt à remplir'),
    ('message_kind', 'acknowledgement', 2, 'Acknowledgement of receipt', 'Accusé de réception'),
    ('message_kind', 'meeting_scheduled', 3, 'Meeting scheduled', 'Rencontre prévue'),
    ('message_kind', 'meeting_changed', 4, 'Meeting changed', 'Rencontre modifiée'),
    ('message_kind', 'status_update', 5, 'How things stand', 'État de la situation'),
    ('message_kind', 'document_changed', 6, 'A document has a new version', 'Un document a une nouvelle version'),
    ('message_kind', 'intake_closed', 7, 'Intake closed', 'Accueil terminé'),
    ('held_state', 'held', 1, 'Held back by the person''s rules', 'Retenu par les règles de la personne'),
    ('held_state', 'failed', 2, 'Could not be delivered', 'N''a pas pu être remis'),

    ('held_reason', 'no_email', 1, 'No e-mail address', 'Aucune adresse de courriel'),
    ('held_reason', 'email_not_ok', 2, 'E-mail is not agreed to', 'Le courriel n''est pas accepté'),
    ('held_reason', 'work_address', 3, 'A work address that was not agreed to', 'Une adresse de travail sans accord'),
    ('held_reason', 'unreadable', 4, 'The address can no longer be read', 'L''adresse ne peut plus être lue'),
    ('held_reason', 'refused', 5, 'The mail server refused the address', 'Le serveur de courriel a refusé l''adresse'),
    ('held_reason', 'not_delivered', 6, 'Not delivered after several attempts', 'Non remis après plusieurs essais')
on conflict (list, code) do update set
    position = excluded.position, label_en = excluded.label_en, label_fr = excluded.label_fr;
