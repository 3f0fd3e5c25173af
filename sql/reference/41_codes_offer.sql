-- SPDX-License-Identifier: MIT
-- The words of every code of services, groups, sessions and hosts. The modules of orientation and of facilitator training are what
-- a host must have completed: a row more here is a condition more.
insert into code_lists (list, code, position, label_en, label_fr) values
    ('service_state', 'planned', 1, 'Planned', 'Prévu'),
    ('service_state', 'available', 2, 'Available', 'Offert'),
    ('service_state', 'paused', 3, 'Paused', 'En pause'),
    ('service_state', 'ended', 4, 'Ended', 'Terminé'),

    ('joining', 'drop_in', 1, 'Come when you like, once registered', 'Venir quand on le souhaite, une fois inscrit'),
    ('joining', 'closed', 2, 'Closed after the first session', 'Fermé après la première séance'),

    ('topics', 'participants', 1, 'Chosen by those who take part', 'Choisis par les personnes présentes'),
    ('topics', 'predetermined', 2, 'Set in advance', 'Fixés d''avance'),

    ('formal_topic', 'impacts_of_trauma', 1, 'Impacts of trauma', 'Effets des traumatismes'),
    ('formal_topic', 'moral_injury', 2, 'Moral injury', 'Blessure morale'),
    ('formal_topic', 'boundaries', 3, 'Boundaries', 'Limites'),
    ('formal_topic', 'coping', 4, 'Coping', 'Adaptation'),
    ('formal_topic', 'self_care', 5, 'Self-care', 'Soin de soi'),

    ('composition', 'mixed', 1, 'Mixed', 'Mixte'),
    ('composition', 'women', 2, 'Women', 'Femmes'),
    ('composition', 'men', 3, 'Men', 'Hommes'),
    ('composition', 'gender_diverse', 4, 'Gender-diverse people', 'Personnes de diverses identités de genre'),

    ('group_state', 'draft', 1, 'Being planned', 'En préparation'),
    ('group_state', 'recruiting', 2, 'Places are being offered', 'Des places sont offertes'),
    ('group_state', 'confirmed', 3, 'Will take place', 'Aura lieu'),
    ('group_state', 'in_progress', 4, 'Under way', 'En cours'),
    ('group_state', 'completed', 5, 'Completed', 'Terminé'),
    ('group_state', 'cancelled', 6, 'Cancelled', 'Annulé'),

    ('session_state', 'scheduled', 1, 'Scheduled', 'Prévue'),
    ('session_state', 'in_progress', 2, 'Under way', 'En cours'),
    ('session_state', 'completed', 3, 'Held', 'Tenue'),
    ('session_state', 'cancelled', 4, 'Cancelled', 'Annulée'),

    ('host_slot', 'peer_supporter', 1, 'Peer supporter', 'Pair aidant'),
    ('host_slot', 'mental_health_professional', 2, 'Mental health professional', 'Professionnel de la santé mentale'),
    ('host_slot', 'on_call_professional', 3, 'Mental health professional on call', 'Professionnel de la santé mentale sur appel'),

    ('host_missing', 'wrong-role', 1, 'Another role', 'Un autre rôle'),
    ('host_missing', 'not-active', 2, 'Account not active', 'Compte inactif'),
    ('host_missing', 'other-language', 3, 'Does not lead in this language', 'N''anime pas dans cette langue'),
    ('host_missing', 'training-missing', 4, 'A training is missing or has expired', 'Une formation manque ou est échue'),
    ('host_missing', 'not-cleared', 5, 'Clearance missing or expired', 'Autorisation manquante ou échue'),

    ('designation', 'social_worker', 1, 'Social worker', 'Travailleur social'),
    ('designation', 'social_service_worker', 2, 'Social service worker', 'Technicien en travail social'),

    ('training_kind', 'orientation', 1, 'Orientation', 'Formation d''orientation'),
    ('training_kind', 'facilitator', 2, 'Facilitator training', 'Formation à l''animation'),
    ('training_kind', 'continuing', 3, 'Continuing education', 'Formation continue'),

    ('training_orientation', 'peer_support_fundamentals', 1, 'Fundamentals of peer support', 'Fondements du soutien par les pairs'),
    ('training_orientation', 'active_listening', 2, 'Active listening', 'Écoute active'),
    ('training_orientation', 'trauma_informed_approach', 3, 'Trauma-informed approach', 'Approche tenant compte des traumatismes'),
    ('training_orientation', 'gender_based_violence', 4, 'What gender-based violence is', 'Ce qu''est la violence fondée sur le sexe'),
    ('training_orientation', 'intersecting_oppression', 5, 'Intersecting forms of oppression and harm',
        'Formes croisées d''oppression et de préjudice'),
    ('training_orientation', 'impacts_of_trauma', 6, 'Impacts of trauma', 'Effets des traumatismes'),
    ('training_orientation', 'crisis_management', 7, 'Crisis management', 'Gestion de crise'),
    ('training_orientation', 'self_care', 8, 'Self-care', 'Soin de soi'),
    ('training_orientation', 'leading_discussions', 9, 'Leading group discussions', 'Animation de discussions de groupe'),

    ('training_facilitator', 'group_facilitation', 1, 'Intensive facilitator training', 'Formation intensive à l''animation'),

    ('training_continuing', 'program_continuing_education', 1, 'Continuing education of the program', 'Formation continue du programme'),
    ('training_continuing', 'scenario_practice', 2, 'Role-plays and practice sessions', 'Jeux de rôle et séances de pratique'),
    ('training_continuing', 'professional_development', 3, 'Professional development of one''s designation',
        'Perfectionnement lié au titre professionnel')
on conflict (list, code) do update set
    position = excluded.position, label_en = excluded.label_en, label_fr = excluded.label_fr;
