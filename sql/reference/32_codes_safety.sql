-- SPDX-License-Identifier: MIT
-- The words of every code of conflicts, sessions, incidents and debriefs.
insert into code_lists (list, code, position, label_en, label_fr) values
    ('conflict_kind', 'no_contact', 1, 'No contact', 'Aucun contact'),
    ('conflict_kind', 'chain_of_command', 2, 'Chain of command', 'Chaîne de commandement'),
    ('conflict_kind', 'same_unit', 3, 'Same unit at the same time', 'Même unité à la même époque'),
    ('conflict_kind', 'dual_relationship', 4, 'Another relationship', 'Autre relation'),
    ('conflict_kind', 'recusal', 5, 'Recusal', 'Récusation'),

    ('conflict_period', 'current', 1, 'Current', 'Actuelle'),
    ('conflict_period', 'former', 2, 'Former', 'Ancienne'),

    ('conflict_match_state', 'unconfirmed', 1, 'To be decided', 'À trancher'),
    ('conflict_match_state', 'blocked', 2, 'Not to be placed together', 'À ne pas placer ensemble'),
    ('conflict_match_state', 'allowed', 3, 'May be placed together', 'Peuvent être placés ensemble'),

    ('conflict_decision', 'allow', 1, 'May be placed together', 'Peuvent être placés ensemble'),
    ('conflict_decision', 'block', 2, 'Not to be placed together', 'À ne pas placer ensemble'),

    ('conflict_about', 'known', 1, 'Somebody of the program', 'Une personne du programme'),
    ('conflict_about', 'name', 2, 'A name, kept as a digest', 'Un nom, gardé sous forme d''empreinte'),
    ('conflict_about', 'unit', 3, 'A unit, kept as a digest', 'Une unité, gardée sous forme d''empreinte'),

    ('conflict_basis', 'known', 1, 'Named by a coordinator', 'Désignée par la coordination'),
    ('conflict_basis', 'name', 2, 'Bears the name that was given', 'Porte le nom qui a été donné'),
    ('conflict_basis', 'unit', 3, 'Named the same unit and time', 'A nommé la même unité à la même époque'),
    ('conflict_basis', 'record', 4, 'Found in the program''s own records', 'Relevé dans les dossiers du programme'),

    ('conflict_match_kind', 'no_contact', 1, 'No contact', 'Aucun contact'),
    ('conflict_match_kind', 'chain_of_command', 2, 'Chain of command', 'Chaîne de commandement'),
    ('conflict_match_kind', 'same_unit', 3, 'Same unit at the same time', 'Même unité à la même époque'),
    ('conflict_match_kind', 'dual_relationship', 4, 'Another relationship', 'Autre relation'),
    ('conflict_match_kind', 'recusal', 5, 'Recusal', 'Récusation'),
    ('conflict_match_kind', 'shared_group', 6, 'Once in a group together', 'Déjà ensemble dans un groupe'),

    ('conflict_declaration_state', 'standing', 1, 'Stands', 'Maintenue'),
    ('conflict_declaration_state', 'withdrawn', 2, 'Taken back', 'Retirée'),

    ('exclusion_request_state', 'open', 1, 'To be settled', 'À régler'),
    ('exclusion_request_state', 'matched', 2, 'Settled by itself', 'Réglée d''elle-même'),
    ('exclusion_request_state', 'closed', 3, 'Settled by a coordinator', 'Réglée par la coordination'),

    ('attendance_status', 'present', 1, 'Present', 'Présence'),
    ('attendance_status', 'absent', 2, 'Absent', 'Absence'),
    ('attendance_status', 'left_early', 3, 'Left early', 'Départ anticipé'),
    ('attendance_status', 'left_unexpectedly', 4, 'Left unexpectedly', 'Départ inattendu'),

    ('session_topic', 'impacts_of_trauma', 1, 'Impacts of trauma', 'Effets des traumatismes'),
    ('session_topic', 'moral_injury', 2, 'Moral injury', 'Préjudice moral'),
    ('session_topic', 'boundaries', 3, 'Boundaries', 'Limites'),
    ('session_topic', 'coping', 4, 'Coping', 'Stratégies d''adaptation'),
    ('session_topic', 'self_care', 5, 'Self-care', 'Prendre soin de soi'),
    ('session_topic', 'relaxation', 6, 'Relaxation', 'Relaxation'),
    ('session_topic', 'relationships', 7, 'Relationships and trust', 'Relations et confiance'),
    ('session_topic', 'work_and_service', 8, 'Work and service', 'Travail et service'),
    ('session_topic', 'sleep_and_rest', 9, 'Sleep and rest', 'Sommeil et repos'),
    ('session_topic', 'healing', 10, 'Healing', 'Guérison'),
    ('session_topic', 'other', 11, 'Another topic', 'Autre sujet'),

    ('incident_kind', 'distress', 1, 'Distress', 'Détresse'),
    ('incident_kind', 'left_unexpectedly', 2, 'Left unexpectedly', 'Départ inattendu'),
    ('incident_kind', 'suicide_risk', 3, 'Risk of suicide', 'Risque de suicide'),
    ('incident_kind', 'harm_to_other', 4, 'Risk of harm to somebody else', 'Risque pour une autre personne'),
    ('incident_kind', 'child_protection', 5, 'Protection of a child', 'Protection d''un enfant'),
    ('incident_kind', 'conduct_breach', 6, 'Breach of the code of conduct', 'Manquement au code de conduite'),
    ('incident_kind', 'recording_breach', 7, 'Recording or screenshot', 'Enregistrement ou capture d''écran'),
    ('incident_kind', 'privacy_breach', 8, 'Breach of privacy', 'Atteinte à la vie privée'),
    ('incident_kind', 'contact_outside_group', 9, 'Unwanted contact outside the group', 'Contact non souhaité hors du groupe'),
    ('incident_kind', 'technical', 10, 'Technical', 'Technique'),

    ('incident_severity', '1', 1, 'Low', 'Faible'),
    ('incident_severity', '2', 2, 'Moderate', 'Modérée'),
    ('incident_severity', '3', 3, 'High', 'Élevée'),
    ('incident_severity', '4', 4, 'Immediate danger', 'Danger immédiat'),

    ('incident_state', 'open', 1, 'Open', 'Ouvert'),
    ('incident_state', 'acknowledged', 2, 'Acknowledged', 'Pris en charge'),
    ('incident_state', 'actioned', 3, 'Acted on', 'Mesures prises'),
    ('incident_state', 'followed_up', 4, 'Followed up', 'Suivi fait'),
    ('incident_state', 'closed', 5, 'Closed', 'Fermé'),

    ('incident_action', 'line_handoff', 1, 'Handed over to the 24/7 line', 'Relais à la ligne 24/7'),
    ('incident_action', 'eap', 2, 'Employee assistance called', 'Programme d''aide aux employés joint'),
    ('incident_action', 'crisis_line', 3, '9-8-8 called', '9-8-8 joint'),
    ('incident_action', 'emergency_services', 4, '911 called', '911 joint'),
    ('incident_action', 'emergency_contact', 5, 'Emergency contact called', 'Personne à prévenir jointe'),
    ('incident_action', 'coordinator_told', 6, 'Coordinator told', 'Coordination informée'),
    ('incident_action', 'child_protection_report', 7, 'Report to child protection', 'Signalement à la protection de la jeunesse'),
    ('incident_action', 'supported_in_session', 8, 'Supported in the session', 'Soutien pendant la séance'),
    ('incident_action', 'moved_to_private_talk', 9, 'Talked in private', 'Entretien en privé'),
    ('incident_action', 'check_in_attempted', 10, 'Call to check in tried', 'Appel de vérification tenté'),
    ('incident_action', 'check_in_reached', 11, 'Person reached, safe', 'Personne jointe, en sécurité'),
    ('incident_action', 'reminded_of_code', 12, 'Reminded of the code of conduct', 'Rappel du code de conduite'),
    ('incident_action', 'technical_help', 13, 'Technical help', 'Aide technique'),
    ('incident_action', 'privacy_office_told', 14, 'Privacy office told', 'Bureau de la protection de la vie privée informé'),
    ('incident_action', 'follow_up', 15, 'Followed up with the person', 'Suivi auprès de la personne'),

    ('contact_opening_reason', 'check_in', 1, 'Agreed call to somebody who left', 'Appel convenu à une personne partie'),
    ('contact_opening_reason', 'danger_to_self', 2, 'Danger to themselves', 'Danger pour elle-même'),
    ('contact_opening_reason', 'danger_to_others', 3, 'Danger to somebody else', 'Danger pour une autre personne'),
    ('contact_opening_reason', 'medical_emergency', 4, 'Medical emergency', 'Urgence médicale')
on conflict (list, code) do update set
    position = excluded.position, label_en = excluded.label_en, label_fr = excluded.label_fr;

insert into plain_texts (list, code, position, text_en, text_fr) values
    ('help_arranged', 'help_arranged', 1,
        'Help was arranged for you. Your coordinator is there to talk about it; the 24/7 line answers at any hour.',
        'De l''aide a été organisée pour vous. La coordination est là pour en parler; la ligne 24/7 répond à toute heure.')
on conflict (list, code) do update set
    position = excluded.position, text_en = excluded.text_en, text_fr = excluded.text_fr;
