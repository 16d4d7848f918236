"""Judged conversations in six languages: which passage the last question is about, and questions
that stand on their own whatever was said before."""

from __future__ import annotations

from dataclasses import dataclass

# The places of the passages below.
LEAVE_GERMANY, LEAVE_THAILAND, NOTICE_GERMANY, NOTICE_THAILAND = range(4)
APPROVAL, PART_TIME, PARKING, CANTEEN = range(4, 8)


@dataclass(frozen=True)
class Language:
    passages: tuple[str, ...]
    conversations: tuple[tuple[tuple[str, ...], int], ...]  # questions, passage of the last
    standing: tuple[str, ...]  # asked after the first question of the first conversation


ENGLISH = Language(
    (
        "Employees in Germany have 30 days of annual leave.",
        "Employees in Thailand have 15 days of annual leave.",
        "The notice period in Germany is three months.",
        "The notice period in Thailand is one month.",
        "Annual leave is approved by the head of the team within a week.",
        "Part-time staff get annual leave in proportion to their hours.",
        "The car park closes at ten in the evening.",
        "Lunch in the canteen costs six euros.",
    ),
    (
        (("How many days of leave are there in Germany?", "And in Thailand?"), LEAVE_THAILAND),
        (
            ("How many days of leave are there in Germany?", "What is the notice period there?"),
            NOTICE_GERMANY,
        ),
        (("How long is the notice period in Germany?", "And in Thailand?"), NOTICE_THAILAND),
        (("How many days of leave are there in Germany?", "Who approves it?"), APPROVAL),
        (("How many days of leave are there in Germany?", "What about part-time?"), PART_TIME),
        (
            (
                "How many days of leave are there in Germany?",
                "And in Thailand?",
                "And the notice period?",
            ),
            NOTICE_THAILAND,
        ),
    ),
    (
        "When does the car park close?",
        "How much does lunch cost in the canteen?",
        "How long is the notice period in Thailand?",
        "Who approves annual leave in a team?",
    ),
)
GERMAN = Language(
    (
        "Beschäftigte in Deutschland haben 30 Tage Urlaub im Jahr.",
        "Beschäftigte in Thailand haben 15 Tage Urlaub im Jahr.",
        "Die Kündigungsfrist in Deutschland beträgt drei Monate.",
        "Die Kündigungsfrist in Thailand beträgt einen Monat.",
        "Urlaub wird von der Teamleitung binnen einer Woche genehmigt.",
        "Teilzeitkräfte bekommen Urlaub im Verhältnis zu ihren Stunden.",
        "Das Parkhaus schließt um zehn Uhr abends.",
        "Das Mittagessen in der Kantine kostet sechs Euro.",
    ),
    (
        (("Wie viele Tage Urlaub gibt es in Deutschland?", "Und in Thailand?"), LEAVE_THAILAND),
        (
            (
                "Wie viele Tage Urlaub gibt es in Deutschland?",
                "Wie lang ist dort die Kündigungsfrist?",
            ),
            NOTICE_GERMANY,
        ),
        (("Wie lang ist die Kündigungsfrist in Deutschland?", "Und in Thailand?"), NOTICE_THAILAND),
        (("Wie viele Tage Urlaub gibt es in Deutschland?", "Wer genehmigt ihn?"), APPROVAL),
        (("Wie viele Tage Urlaub gibt es in Deutschland?", "Und für Teilzeitkräfte?"), PART_TIME),
        (
            (
                "Wie viele Tage Urlaub gibt es in Deutschland?",
                "Und in Thailand?",
                "Und die Kündigungsfrist?",
            ),
            NOTICE_THAILAND,
        ),
    ),
    (
        "Wann schließt das Parkhaus am Abend?",
        "Was kostet das Mittagessen in der Kantine?",
        "Wie lang ist die Kündigungsfrist in Thailand?",
        "Wer genehmigt den Urlaub im Team?",
    ),
)
THAI = Language(
    (
        "พนักงานในเยอรมนีมีวันลาพักร้อน 30 วันต่อปี",
        "พนักงานในประเทศไทยมีวันลาพักร้อน 15 วันต่อปี",
        "ระยะเวลาแจ้งลาออกในเยอรมนีคือสามเดือน",
        "ระยะเวลาแจ้งลาออกในประเทศไทยคือหนึ่งเดือน",
        "หัวหน้าทีมเป็นผู้อนุมัติวันลาพักร้อนภายในหนึ่งสัปดาห์",
        "พนักงานพาร์ทไทม์ได้วันลาพักร้อนตามสัดส่วนชั่วโมงทำงาน",
        "ลานจอดรถปิดเวลาสี่ทุ่ม",
        "อาหารกลางวันในโรงอาหารราคาหกยูโร",
    ),
    (
        (("ในเยอรมนีมีวันลาพักร้อนกี่วัน", "แล้วในประเทศไทยล่ะ"), LEAVE_THAILAND),
        (("ในเยอรมนีมีวันลาพักร้อนกี่วัน", "ระยะเวลาแจ้งลาออกที่นั่นนานเท่าไร"), NOTICE_GERMANY),
        (("ระยะเวลาแจ้งลาออกในเยอรมนีนานเท่าไร", "แล้วในประเทศไทยล่ะ"), NOTICE_THAILAND),
        (("ในเยอรมนีมีวันลาพักร้อนกี่วัน", "แล้วใครเป็นผู้อนุมัติ"), APPROVAL),
        (("ในเยอรมนีมีวันลาพักร้อนกี่วัน", "แล้วพนักงานพาร์ทไทม์ล่ะ"), PART_TIME),
        (
            ("ในเยอรมนีมีวันลาพักร้อนกี่วัน", "แล้วในประเทศไทยล่ะ", "แล้วระยะเวลาแจ้งลาออกล่ะ"),
            NOTICE_THAILAND,
        ),
    ),
    (
        "ลานจอดรถปิดเวลากี่โมง",
        "อาหารกลางวันในโรงอาหารราคาเท่าไร",
        "ระยะเวลาแจ้งลาออกในประเทศไทยนานเท่าไร",
        "ใครเป็นผู้อนุมัติวันลาพักร้อนของทีม",
    ),
)
CHINESE = Language(
    (
        "德国的员工每年有30天年假。",
        "泰国的员工每年有15天年假。",
        "德国的离职通知期为三个月。",
        "泰国的离职通知期为一个月。",
        "年假由团队负责人在一周内批准。",
        "兼职员工按工作时间比例享受年假。",
        "停车场晚上十点关门。",
        "食堂的午餐价格是六欧元。",
    ),
    (
        (("在德国每年有多少天年假？", "那泰国呢？"), LEAVE_THAILAND),
        (("在德国每年有多少天年假？", "那里的离职通知期是多久？"), NOTICE_GERMANY),
        (("德国的离职通知期是多久？", "那泰国呢？"), NOTICE_THAILAND),
        (("在德国每年有多少天年假？", "由谁批准它？"), APPROVAL),
        (("在德国每年有多少天年假？", "兼职员工呢？"), PART_TIME),
        (("在德国每年有多少天年假？", "那泰国呢？", "离职通知期呢？"), NOTICE_THAILAND),
    ),
    (
        "停车场晚上几点关门？",
        "食堂的午餐价格是多少？",
        "泰国的离职通知期是多久？",
        "团队的年假由哪位负责人批准？",
    ),
)
ARABIC = Language(
    (
        "للموظفين في ألمانيا 30 يوما من الإجازة السنوية.",
        "للموظفين في تايلاند 15 يوما من الإجازة السنوية.",
        "مدة الإشعار في ألمانيا ثلاثة أشهر.",
        "مدة الإشعار في تايلاند شهر واحد.",
        "يوافق رئيس الفريق على الإجازة السنوية خلال أسبوع.",
        "يحصل موظفو الدوام الجزئي على الإجازة السنوية بنسبة ساعات عملهم.",
        "يغلق موقف السيارات في العاشرة مساء.",
        "سعر الغداء في المقصف ستة يورو.",
    ),
    (
        (("كم عدد أيام الإجازة السنوية في ألمانيا؟", "وفي تايلاند؟"), LEAVE_THAILAND),
        (("كم عدد أيام الإجازة السنوية في ألمانيا؟", "ما هي مدة الإشعار هناك؟"), NOTICE_GERMANY),
        (("كم مدة الإشعار في ألمانيا؟", "وماذا عن تايلاند؟"), NOTICE_THAILAND),
        (("كم عدد أيام الإجازة السنوية في ألمانيا؟", "ومن يوافق عليها؟"), APPROVAL),
        (("كم عدد أيام الإجازة السنوية في ألمانيا؟", "وماذا عن الدوام الجزئي؟"), PART_TIME),
        (
            ("كم عدد أيام الإجازة السنوية في ألمانيا؟", "وفي تايلاند؟", "وماذا عن مدة الإشعار؟"),
            NOTICE_THAILAND,
        ),
    ),
    (
        "متى يغلق موقف السيارات في المساء؟",
        "كم سعر الغداء في المقصف؟",
        "كم مدة الإشعار في تايلاند؟",
        "من يوافق على الإجازة السنوية في الفريق؟",
    ),
)
HINDI = Language(
    (
        "जर्मनी में कर्मचारियों को साल में 30 दिन की छुट्टी मिलती है।",
        "थाईलैंड में कर्मचारियों को साल में 15 दिन की छुट्टी मिलती है।",
        "जर्मनी में नोटिस की अवधि तीन महीने है।",
        "थाईलैंड में नोटिस की अवधि एक महीना है।",
        "छुट्टी की मंज़ूरी टीम के प्रमुख एक सप्ताह में देते हैं।",
        "अंशकालिक कर्मचारियों को घंटों के अनुपात में छुट्टी मिलती है।",
        "पार्किंग रात दस बजे बंद होती है।",
        "कैंटीन में दोपहर के खाने की कीमत छह यूरो है।",
    ),
    (
        (("जर्मनी में कितने दिन की छुट्टी मिलती है?", "और थाईलैंड में?"), LEAVE_THAILAND),
        (("जर्मनी में कितने दिन की छुट्टी मिलती है?", "वहाँ नोटिस की अवधि कितनी है?"), NOTICE_GERMANY),
        (("जर्मनी में नोटिस की अवधि कितनी है?", "और थाईलैंड में?"), NOTICE_THAILAND),
        (("जर्मनी में कितने दिन की छुट्टी मिलती है?", "उसकी मंज़ूरी कौन देता है?"), APPROVAL),
        (("जर्मनी में कितने दिन की छुट्टी मिलती है?", "और अंशकालिक कर्मचारियों को?"), PART_TIME),
        (
            ("जर्मनी में कितने दिन की छुट्टी मिलती है?", "और थाईलैंड में?", "और नोटिस की अवधि?"),
            NOTICE_THAILAND,
        ),
    ),
    (
        "पार्किंग रात को कितने बजे बंद होती है?",
        "कैंटीन में दोपहर के खाने की कीमत कितनी है?",
        "थाईलैंड में नोटिस की अवधि कितनी है?",
        "टीम में छुट्टी की मंज़ूरी कौन देता है?",
    ),
)
LANGUAGES = {
    "English": ENGLISH,
    "German": GERMAN,
    "Thai": THAI,
    "Chinese": CHINESE,
    "Arabic": ARABIC,
    "Hindi": HINDI,
}
