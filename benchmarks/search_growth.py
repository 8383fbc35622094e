"""A catalogue that grows: names put together the way public services are named, none like another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random
from typing import Final

from kiosk.search.index import Entry


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Lines of ``Chinese English``."""
    return tuple((line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in text.strip().splitlines())


#: For whom, or where: stands before the object.
OF: Final = _pairs("""
城镇 urban
农村 rural
市级 municipal
区级 district
跨省 cross-province
外商投资 foreign-invested
民办 private
公立 public
小微企业 micro enterprise
农民专业合作社 farmers' cooperative
社会团体 association
民办非企业单位 non-profit organisation
基金会 foundation
退役军人 veterans'
烈士遗属 martyrs' families'
归侨侨眷 returned overseas Chinese
少数民族 ethnic minority
港澳居民 Hong Kong and Macao residents'
台湾居民 Taiwan residents'
引进人才 recruited talent
随军家属 military families'
国有 state-owned
集体所有 collectively owned
临街 street-side
高层 high-rise
老旧小区 old estate
工业园区 industrial park
景区 scenic area
河道 river
港口 port
公路 highway
铁路沿线 railway-side
水源地 water source
林区 forest
牧区 pastoral
海域 sea area
边境 border
学校周边 near schools
大型 large
小型 small
""")
THINGS: Final = _pairs("""
渔业船舶 fishing vessel
船员适任 ship's crew
建筑垃圾 construction waste
危险化学品 hazardous chemicals
放射性同位素 radioactive isotopes
医疗器械 medical devices
药品零售 pharmacy
母婴保健技术 maternal care technique
护士执业 nurse
医师执业 physician
医疗机构 clinic
公共场所卫生 hygiene of public places
饮用水供水 drinking water supply
消毒产品 disinfectant
种畜禽 breeding livestock
兽药经营 veterinary medicine
动物防疫条件 animal disease prevention
农药经营 pesticide
农作物种子 crop seed
林木采伐 timber felling
野生动物驯养 wildlife breeding
木材运输 timber transport
取水 water abstraction
河道采砂 river sand mining
水土保持方案 soil conservation plan
排污 pollutant discharge
辐射安全 radiation safety
夜间施工 night construction
建设工程规划 construction planning
建设用地 construction land
施工 construction
商品房预售 presale of homes
房地产开发资质 developer's qualification
物业服务 property management
户外广告 outdoor advertising
占用道路 road occupation
挖掘道路 road excavation
城市绿化 urban greening
燃气经营 gas business
道路旅客运输 road passenger transport
道路货物运输 road freight
网络预约出租汽车 ride-hailing car
巡游出租汽车 taxi
机动车维修 vehicle repair
驾驶员培训 driver training
超限运输 oversize transport
民用爆炸物品 civil explosives
烟花爆竹 fireworks
保安服务 security service
旅馆业 hotel
典当业 pawnshop
公章刻制 seal engraving
互联网上网服务 internet café
娱乐场所 entertainment venue
营业性演出 commercial performance
文物保护单位 protected monument
出版物零售 bookshop
电影放映 cinema
广播电视节目 broadcast programme
体育场馆 sports hall
游泳场所 swimming pool
导游 tour guide
旅行社 travel agency
宗教活动场所 place of worship
社会福利机构 welfare home
养老机构 nursing home
殡葬服务 funeral service
收养 adoption
地名 place name
慈善募捐 charity fundraising
劳务派遣 labour dispatch
人力资源服务 employment agency
特殊工时 special working hours
职业培训学校 vocational school
幼儿园 kindergarten
学历认证 degree recognition
会计师事务所 accounting firm
律师事务所 law firm
司法鉴定 forensic examination
拍卖 auction
计量器具 measuring instrument
特种设备 special equipment
电梯使用 lift
锅炉 boiler
食品生产 food production
食盐批发 salt wholesale
酒类流通 liquor trade
烟草专卖零售 tobacco retail
粮食收购 grain purchase
成品油零售 petrol station
对外贸易 foreign trade
进出口货物 import and export goods
外汇 foreign exchange
专利 patent
商标 trademark
著作权 copyright
技术合同 technology contract
科技成果 research result
软件产品 software product
股权出质 share pledge
动产抵押 chattel mortgage
""")
DO: Final = _pairs("""
许可核发 permit
许可证延续 permit renewal
许可证变更 permit change
许可证补办 permit replacement
许可证注销 permit cancellation
资质认定 qualification
资格确认 confirmation of qualification
备案 filing
年度检验 yearly inspection
验收 acceptance
审批 approval
登记 registration
变更登记 change of registration
注销登记 cancellation of registration
补贴申领 subsidy
奖励兑现 reward
信息查询 information enquiry
证明出具 proof
档案查询 file enquiry
费用减免 fee reduction
""")
#: How people say it.
SAID: Final = {
    "permit": "证怎么办", "permit renewal": "证到期", "permit replacement": "证丢了", "subsidy": "补助",
    "proof": "证明", "registration": "登个记", "filing": "报备", "yearly inspection": "年审",
    "reward": "奖金", "fee reduction": "减免",
}  # fmt: skip
#: Once every way to put a name together was used, places tell the next ones apart.
PLACES: Final = ("", "试点", "自贸区", "开发区", "新区", "东片", "西片", "南片", "北片")


def grown(known: Sequence[Entry], count: int) -> list[Entry]:
    """``known`` and as many more, made up, that there are ``count``."""
    return [*known, *islice(_made(), count - len(known))]


def _made() -> Iterator[Entry]:
    random = Random("catalogue")
    ways = [(of, thing, do) for of in range(len(OF)) for thing in range(len(THINGS)) for do in range(len(DO))]
    random.shuffle(ways)
    for round_, place in enumerate(PLACES):
        for n, (of, thing, do) in enumerate(ways):
            (whose, whose_en), (what, what_en), (doing, doing_en) = OF[of], THINGS[thing], DO[do]
            yield Entry(
                f"made-{round_}-{n}",
                (f"{whose}{what}{doing}{place}", f"{what}{doing}{place}"),
                (f"{what[:2]}{SAID.get(doing_en, doing)}", f"办{whose}{what}"),
                (f"{whose_en} {what_en}: {doing_en}",),
                what,
                f"{whose}的{what}要{doing}，到{what}窗口。",
            )
