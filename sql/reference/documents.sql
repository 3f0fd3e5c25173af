-- SPDX-License-Identifier: MIT
-- Version 1 of the six documents. The program replaces them by publishing its own.
insert into documents (kind, number, title_en, title_fr, body_en, body_fr, sha256, published_at)
select d.kind, 1, d.title_en, d.title_fr, d.body_en, d.body_fr,
    document_sha256(d.title_en, d.body_en, d.title_fr, d.body_fr), timestamptz '2026-01-05 14:00:00Z'
from (values
    ('code_of_conduct', 'Code of conduct', 'Code de conduite',
$text$We meet as equals. Rank, position and service history stay outside.

- I speak for myself and listen to others without judging, correcting or giving orders.
- I share as much or as little as I wish. I may pass, turn off my camera or leave at any time, and nobody asks me why.
- I talk about how things affect me and what helps me. I leave out details of what happened, names and units.
- I respect everyone's body, identity, language, beliefs and way of healing.
- I come from a private place, alone and sober, under the name I chose for the group. I do not record, photograph or copy anything.
- I do not look for other members outside the group unless they have freely asked me to.
- If something feels wrong, I tell a facilitator, my coordinator or the 24/7 line, 1-844-750-1648.

If the code is not kept, a coordinator talks with the person first. Everyone's safety comes before anyone's place in a group.$text$,
$text$Nous nous rencontrons d'égal à égal. Le grade, le poste et les états de service restent à la porte.

- Je parle en mon nom et j'écoute les autres sans juger, corriger ni donner d'ordres.
- Je partage autant ou aussi peu que je le veux. Je peux passer mon tour, fermer ma caméra ou partir en tout temps, et personne ne me demande pourquoi.
- Je parle de l'effet que les choses ont sur moi et de ce qui m'aide. Je tais le détail des faits, les noms et les unités.
- Je respecte le corps, l'identité, la langue, les croyances et le chemin de guérison de chaque personne.
- Je me joins au groupe depuis un lieu privé, sans témoin, à jeun d'alcool et de drogue, sous le nom que j'ai choisi. Je n'enregistre, ne photographie et ne copie rien.
- Je ne cherche pas à joindre d'autres membres hors du groupe, sauf s'ils me l'ont librement demandé.
- Si quelque chose ne va pas, je le dis à un animateur, à mon coordonnateur ou à la ligne 24/7, au 1-844-750-1648.

Si le code n'est pas respecté, un coordonnateur en parle d'abord avec la personne. La sécurité de tous passe avant la place de chacun dans un groupe.$text$),
    ('consent', 'Consent to take part', 'Consentement à participer',
$text$Taking part is my free choice. It costs nothing, and no one in my chain of command or workplace decides about it or is told.

- I know what peer support is: people with a common experience supporting each other. It is not therapy, an investigation or legal advice, and it replaces none of these.
- I know that a coordinator may contact me in the way I chose, and only in that way.
- I know that I may be asked where I am before a session, so that help can find me, and that this is not kept.
- I know that talking about what I live with can be hard, and that support is there during sessions and at any hour on the 24/7 line.
- I can stop at any moment, for one service or for all, without giving a reason and without losing the right to come back.

What happens to information about me is in the privacy notice. I may withdraw this consent whenever I want: what depends on it stops at once.$text$,
$text$Participer est mon libre choix. Cela ne coûte rien; personne dans ma chaîne de commandement ni dans mon milieu de travail n'en décide ou n'en est informé.

- Je sais ce qu'est le soutien par les pairs : des personnes ayant une expérience commune qui se soutiennent. Ce n'est ni une thérapie, ni une enquête, ni un avis juridique, et cela n'en remplace aucun.
- Je sais qu'un coordonnateur peut communiquer avec moi de la façon que j'ai choisie, et de cette façon seulement.
- Je sais qu'on peut me demander où je suis avant une séance, pour que l'aide puisse me trouver, et que cela n'est pas conservé.
- Je sais qu'il peut être difficile de parler de ce que je vis, et que du soutien est offert pendant les séances et à toute heure sur la ligne 24/7.
- Je peux cesser à tout moment, pour un service ou pour tous, sans donner de raison et sans perdre le droit de revenir.

L'avis de confidentialité dit ce qu'il advient des renseignements à mon sujet. Je peux retirer ce consentement quand je le veux : ce qui en dépend cesse aussitôt.$text$),
    ('confidentiality', 'Confidentiality', 'Confidentialité',
$text$What is said in the group stays in the group. So does who was there.

**What I promise.** I tell nobody who takes part or what others have said, neither now nor later, neither at work nor at home nor online.

**What the program promises.** Peers never see a list of members. Facilitators know me by the name I chose. Only the coordinators who work with me see how to reach me. The program is outside the chain of command and reports nothing to it; its counsellors and coordinators are public servants, not bound by the military duty to report.

**Where it ends.** There are limits set by law. When someone is in immediate danger, when a child may be in need of protection, or when a court orders it, the program may have to pass on what is needed, and no more. Where it can, it tells me first.

If confidentiality was broken, I tell a facilitator or my coordinator. It is taken seriously, whoever did it.$text$,
$text$Ce qui se dit dans le groupe reste dans le groupe. Qui s'y trouvait aussi.

**Ce que je promets.** Je ne dis à personne qui participe ni ce que d'autres ont dit, ni maintenant ni plus tard, ni au travail, ni à la maison, ni en ligne.

**Ce que le programme promet.** Les pairs ne voient jamais de liste de membres. Les animateurs me connaissent sous le nom que j'ai choisi. Seuls les coordonnateurs qui travaillent avec moi voient comment me joindre. Le programme est hors de la chaîne de commandement et ne lui signale rien; ses conseillers et coordonnateurs sont des fonctionnaires qui ne sont pas assujettis à l'obligation militaire de signaler.

**Où elle s'arrête.** La loi fixe des limites. Quand une personne est en danger immédiat, quand un enfant pourrait avoir besoin de protection ou quand un tribunal l'ordonne, le programme peut devoir transmettre ce qui est nécessaire, et rien de plus. Quand il le peut, il m'en parle d'abord.

Si la confidentialité a été rompue, je le dis à un animateur ou à mon coordonnateur. C'est pris au sérieux, peu importe qui l'a fait.$text$),
    ('safety_protocol', 'Safety and emergency protocol', 'Protocole de sécurité et d''urgence',
$text$**Before a session.** I choose a private place and have a phone within reach. The facilitator may ask where I am and at which number I can be called.

**During a session.** If it becomes too much, I may pause, turn off my camera, write to the facilitator or leave. A mental health professional is there or on call and can speak with me alone. If I disappear without a word, someone calls me to see that I am well; if I cannot be reached and there is reason for concern, the person I named for emergencies, or emergency services, may be called.

**Between sessions.** At any hour:

- the program's 24/7 line: 1-844-750-1648. From 07:00 to 21:00 Eastern Time a counsellor of the Centre answers; at night the Employee Assistance Program of Health Canada answers, and I can ask to be called back;
- 9-8-8, by call or text, when I think of suicide or worry about somebody;
- 911 when somebody is in immediate danger.

My coordinator keeps this plan with me. I tell them when my address, my number or the person for emergencies changes.$text$,
$text$**Avant une séance.** Je choisis un lieu privé et garde un téléphone à portée de main. L'animateur peut me demander où je suis et à quel numéro on peut m'appeler.

**Pendant une séance.** Si c'est trop, je peux faire une pause, fermer ma caméra, écrire à l'animateur ou partir. Un professionnel de la santé mentale est présent ou sur appel et peut me parler en privé. Si je disparais sans un mot, quelqu'un m'appelle pour s'assurer que je vais bien; si on ne peut me joindre et qu'il y a lieu de s'inquiéter, la personne que j'ai nommée pour les urgences, ou les services d'urgence, peuvent être appelés.

**Entre les séances.** À toute heure :

- la ligne 24/7 du programme : 1-844-750-1648. De 7 h à 21 h, heure de l'Est, un conseiller du Centre répond; la nuit, le Programme d'aide aux employés de Santé Canada répond, et je peux demander qu'on me rappelle;
- le 9-8-8, par appel ou texto, quand je pense au suicide ou m'inquiète pour quelqu'un;
- le 911 quand quelqu'un est en danger immédiat.

Mon coordonnateur tient ce plan à jour avec moi. Je le préviens quand mon adresse, mon numéro ou la personne pour les urgences change.$text$),
    ('privacy_notice', 'Privacy notice', 'Avis de confidentialité',
$text$**Why we ask.** We collect only what relates directly to the Peer Support Program (Privacy Act, section 4): to reach you safely, to see that the program fits, to find a group or an activity for you, to keep you safe in it, and to count how the program is used. It comes from you, or from the line with your agreement.

**What we never ask.** What happened, who did it, a diagnosis, your date of birth, your rank or your service number. There is no place for it in our records.

**Who sees it.** The coordinators of your region. Facilitators see the name you chose and what you need to take part. Nobody in your chain of command. You can see at any time who has opened your file.

**How it is kept.** What identifies you is encrypted. It is kept for 730 days after it was last used for a decision about you, unless you agree to an earlier end or a legal hold or access request requires it to be kept; then the key is destroyed and nobody can read it any more.

**Other uses.** None without your agreement, except where section 8(2) of the Privacy Act allows it. Surveys are anonymous and never joined to your file.

**Your rights.** You may see your information, have it corrected, withdraw at any moment, and complain to the Privacy Commissioner of Canada. You need not give any of it; without a way to reach you, though, we cannot invite you. Questions: SMSRCPSP-CSRISPSP@forces.gc.ca or 1-844-750-1648.$text$,
$text$**Pourquoi nous demandons.** Nous recueillons seulement ce qui a un lien direct avec le Programme de soutien par les pairs (Loi sur la protection des renseignements personnels, article 4) : pour vous joindre en sécurité, voir si le programme vous convient, vous trouver un groupe ou une activité, assurer votre sécurité et compter l'utilisation du programme. Cela vient de vous, ou de la ligne avec votre accord.

**Ce que nous ne demandons jamais.** Ce qui s'est passé, qui l'a fait, un diagnostic, votre date de naissance, votre grade ou votre numéro matricule. Nos dossiers n'ont pas de place pour cela.

**Qui le voit.** Les coordonnateurs de votre région. Les animateurs voient le nom que vous avez choisi et ce qu'il vous faut pour participer. Personne dans votre chaîne de commandement. Vous pouvez voir en tout temps qui a ouvert votre dossier.

**Comment c'est conservé.** Ce qui vous identifie est chiffré. Nous le gardons 730 jours après sa dernière utilisation pour une décision à votre sujet, sauf si vous acceptez une fin plus hâtive ou si une mesure de conservation légale ou une demande d'accès exige de le garder; ensuite la clé est détruite et plus personne ne peut le lire.

**Autres usages.** Aucun sans votre accord, sauf dans les cas que permet le paragraphe 8(2) de la Loi. Les sondages sont anonymes et ne sont jamais joints à votre dossier.

**Vos droits.** Vous pouvez voir vos renseignements, les faire corriger, vous retirer à tout moment et porter plainte au Commissaire à la protection de la vie privée du Canada. Vous n'êtes tenu d'en donner aucun; sans moyen de vous joindre, toutefois, nous ne pouvons pas vous inviter. Questions : SMSRCPSP-CSRISPSP@forces.gc.ca ou 1-844-750-1648.$text$),
    ('guest_confidentiality', 'Confidentiality agreement of a guest', 'Entente de confidentialité d''une personne invitée',
$text$I lead part of what the Peer Support Program offers, as a guest from outside. The people who come are there in confidence.

- I tell nobody who takes part, nor what anybody has said, neither now nor later.
- I keep no list, recording, picture or copy of anybody or of anything they have made, and I look for nobody afterwards.
- The way into the meeting is for me alone. I pass it on to nobody.
- I ask nobody what happened to them, and I do not speak of it if they do not.
- I say beforehand, by voice, whom I must not meet there. What I say stays with the coordinators.
- If something worries me, during or afterwards, I tell the coordinator at once, or call the 24/7 line, 1-844-750-1648.

When somebody is in immediate danger, or the law asks for it, what is needed may be passed on, and no more; I leave that to the coordinator.$text$,
$text$J'anime une partie de ce qu'offre le Programme de soutien par les pairs, à titre de personne invitée de l'extérieur. Les personnes présentes le sont en toute confiance.

- Je ne dis à personne qui participe ni ce qui a été dit, ni maintenant ni plus tard.
- Je ne garde ni liste, ni enregistrement, ni image, ni copie de qui que ce soit ou de ce qui a été créé, et je ne cherche à joindre personne ensuite.
- L'accès à la rencontre est pour moi seulement. Je ne le transmets à personne.
- Je ne demande à personne ce qui lui est arrivé, et je n'en parle pas si la personne n'en parle pas.
- Je dis d'avance, de vive voix, qui je ne dois pas y rencontrer. Ce que je dis demeure entre les mains de la coordination.
- Si quelque chose m'inquiète, pendant ou après, je le dis aussitôt à la coordination, ou j'appelle la ligne 24/7, au 1-844-750-1648.

Quand une personne est en danger immédiat, ou que la loi l'exige, ce qui est nécessaire peut être transmis, et rien de plus; je laisse cela à la coordination.$text$)
) d (kind, title_en, title_fr, body_en, body_fr)
on conflict (kind, number) do nothing;
