-- SPDX-License-Identifier: MIT
-- The words of every code of staff, referrals and documents.
insert into code_lists (list, code, position, label_en, label_fr) values
    ('language', 'en', 1, 'English', 'Anglais'),
    ('language', 'fr', 2, 'French', 'Français'),

    ('region', 'NL', 1, 'Newfoundland and Labrador', 'Terre-Neuve-et-Labrador'),
    ('region', 'PE', 2, 'Prince Edward Island', 'Île-du-Prince-Édouard'),
    ('region', 'NS', 3, 'Nova Scotia', 'Nouvelle-Écosse'),
    ('region', 'NB', 4, 'New Brunswick', 'Nouveau-Brunswick'),
    ('region', 'QC', 5, 'Quebec', 'Québec'),
    ('region', 'ON', 6, 'Ontario', 'Ontario'),
    ('region', 'MB', 7, 'Manitoba', 'Manitoba'),
    ('region', 'SK', 8, 'Saskatchewan', 'Saskatchewan'),
    ('region', 'AB', 9, 'Alberta', 'Alberta'),
    ('region', 'BC', 10, 'British Columbia', 'Colombie-Britannique'),
    ('region', 'YT', 11, 'Yukon', 'Yukon'),
    ('region', 'NT', 12, 'Northwest Territories', 'Territoires du Nord-Ouest'),
    ('region', 'NU', 13, 'Nunavut', 'Nunavut'),
    ('region', 'outside_canada', 14, 'Outside Canada', 'À l''extérieur du Canada'),

    ('role', 'peer', 1, 'Peer', 'Pair'),
    ('role', 'peer_supporter', 2, 'Peer supporter', 'Pair aidant'),
    ('role', 'mental_health_professional', 3, 'Mental health professional', 'Professionnel de la santé mentale'),
    ('role', 'coordinator', 4, 'Regional coordinator', 'Coordonnateur régional'),
    ('role', 'line', 5, 'The 24/7 line', 'La ligne 24/7'),
    ('role', 'administrator', 6, 'Program lead', 'Responsable du programme'),

    ('employer', 'smsrc', 1, 'Sexual Misconduct Support and Resource Centre',
        'Centre de soutien et de ressources sur l''inconduite sexuelle'),
    ('employer', 'vac', 2, 'Veterans Affairs Canada', 'Anciens Combattants Canada'),

    ('referral_channel', 'email_self', 1, 'E-mail from the person', 'Courriel de la personne'),
    ('referral_channel', 'line_smsrc', 2, 'The 24/7 line, with a counsellor of the Centre',
        'La ligne 24/7, avec un conseiller du Centre'),
    ('referral_channel', 'line_eap_followup', 3, 'The 24/7 line at night, follow-up asked for',
        'La ligne 24/7 la nuit, suivi demandé'),
    ('referral_channel', 'line_voicemail', 4, 'The 24/7 line, voicemail', 'La ligne 24/7, message vocal'),
    ('referral_channel', 'rsc', 5, 'Response and Support Coordination', 'Coordination des interventions et du soutien'),
    ('referral_channel', 'vac', 6, 'Veterans Affairs Canada', 'Anciens Combattants Canada'),
    ('referral_channel', 'other', 7, 'Another way', 'Une autre voie'),

    ('referral_state', 'received', 1, 'Received, no reply yet', 'Reçue, sans réponse encore'),
    ('referral_state', 'contacted', 2, 'Replied to', 'Réponse donnée'),
    ('referral_state', 'converted', 3, 'Now in the program', 'Désormais au programme'),
    ('referral_state', 'declined', 4, 'The person does not wish to go on', 'La personne ne souhaite pas poursuivre'),
    ('referral_state', 'unreachable', 5, 'Could not be reached', 'N''a pu être jointe'),
    ('referral_state', 'duplicate', 6, 'The same inquiry was there already', 'La même demande existait déjà'),
    ('referral_state', 'redirected', 7, 'Shown the way to other help', 'Orientée vers une autre aide'),

    ('line_referral_state', 'received', 1, 'Received', 'Reçue'),
    ('line_referral_state', 'contacted', 2, 'Replied to', 'Réponse donnée'),
    ('line_referral_state', 'closed', 3, 'Closed', 'Fermée'),

    ('redirect_reason', 'under_18', 1, 'Under 18', 'Moins de 18 ans'),
    ('redirect_reason', 'family_member', 2, 'Family member', 'Membre de la famille'),
    ('redirect_reason', 'not_eligible', 3, 'Outside the program''s eligibility', 'Hors de l''admissibilité du programme'),

    ('reply_status', 'on_time', 1, 'There is time to reply', 'Il reste du temps pour répondre'),
    ('reply_status', 'due', 2, 'A reply is due', 'Une réponse est due'),
    ('reply_status', 'breached', 3, 'Later than two business days', 'Plus de deux jours ouvrables'),
    ('reply_status', 'replied', 4, 'Replied to', 'Réponse donnée'),
    ('reply_status', 'closed', 5, 'Closed without a reply', 'Fermée sans réponse'),

    ('contact_method', 'phone', 1, 'Phone', 'Téléphone'),
    ('contact_method', 'email', 2, 'E-mail', 'Courriel'),
    ('contact_method', 'other', 3, 'Another way', 'Une autre voie'),

    ('attempt_outcome', 'no_answer', 1, 'No answer', 'Sans réponse'),
    ('attempt_outcome', 'message_left', 2, 'A message was left', 'Un message a été laissé'),
    ('attempt_outcome', 'replied', 3, 'The person has our reply', 'La personne a notre réponse'),

    ('document_kind', 'code_of_conduct', 1, 'Code of conduct', 'Code de conduite'),
    ('document_kind', 'consent', 2, 'Consent', 'Consentement'),
    ('document_kind', 'confidentiality', 3, 'Confidentiality', 'Confidentialité'),
    ('document_kind', 'safety_protocol', 4, 'Safety and emergency protocol', 'Protocole de sécurité et d''urgence'),
    ('document_kind', 'privacy_notice', 5, 'Privacy notice', 'Avis de confidentialité'),

    ('help_line_way', 'call', 1, 'Call', 'Appel'),
    ('help_line_way', 'text', 2, 'Text message', 'Texto'),
    ('help_line_way', 'email', 3, 'E-mail', 'Courriel')
on conflict (list, code) do update set
    position = excluded.position, label_en = excluded.label_en, label_fr = excluded.label_fr;
