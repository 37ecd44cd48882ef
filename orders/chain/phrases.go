package chain

import (
	"regexp"
	"strings"
)

// This room holds the words that people write around orders; the others hold what they mean. A new way to
// cancel, to top up or to say thanks is added here. Texts are matched in simplified characters.

const (
	// thanks are said by those who have ordered.
	thanks = `(?:收到|谢谢|感谢|辛苦|好的|thanks?(?: you)?|thx|got it|received)`
	// offices are what senders are called by.
	offices = `(?:楼组长|楼栋长|楼长|组长|团长|群主|志愿者|管理员)`
)

// Lines.
var (
	// headLine begins a posting of a chain, and titleRow one that has its goods before the word: 鸡蛋接龙.
	headLine = regexp.MustCompile(`(?i)^[\s\p{Pd}=*~·—─━＝]*接龙[\s\p{Pd}=*~·—─━＝]+$|^\s*(?:#\s*接龙|#\s*group\s*note|#\s*solitaire|接龙\s*$|接龙[:：])`)
	titleRow = regexp.MustCompile(`^[^\s:：]{1,14}接龙\s*[:：]?$`)
	// boxedRow is a title by itself: 【水果团】.
	boxedRow = regexp.MustCompile(`^【[^】\d]*】$`)
	// toAll is said to everybody: 还差3份, @所有人, 收款码.
	toAll = regexp.MustCompile(`^(?:@所有人|大家|各位|家人们|邻居们|亲们)|还差\s*[\d一二两三四五六七八九十]|成团|抓紧|收款码|付款码|二维码|群公告|^(?:满|起送|起订)\s*\d|\d\s*\p{Han}{0,2}起(?:送|订|团)|(?:接龙|接單|接单|团购)(?:已经?)?(?:截止|结束|关闭)`)
	// exampleRow shows how to write an entry: 例 张三 1份.
	exampleRow = regexp.MustCompile(`(?i)^\s*(?:例|示例|样例|样板|模板|范例|比|(?:接龙|下单|报名|填写)?格式|e\.g\.|example|format)(?:如|子)?\s*(?:[:：.、]|\s)|^\s*如[:：]`)
	// deadline is until when: 15:00截止.
	deadline = regexp.MustCompile(`(?i)[^\s（）()，,]*\d{1,2}[:：点]\d{0,2}\s*(?:截止|截团|截单|截(?:[\s，,。！!]|$))|(?:截止|截团|deadline)\S*\s*(?:\d{1,2}[/月.-]\d{1,2}[日号]?\s*)?\d{1,2}[:：点]\d{0,2}`)
	// chatRow is talk that orders nothing.
	chatRow = regexp.MustCompile(`(?i)^(?:@\S+\s*)?(?:收到|谢谢|感谢|好的?|好滴|辛苦|ok(?:ay)?|嗯|行|可以|已付|已转|付了|转了|知道了|明白|大家|各位|团长|请问|有没有|什么时候|几点|多少钱|早上好|早安|晚安|哈+$|thanks?|thank you|received|got it|noted)|[?？吗呢嘛]\s*$|^[\p{S}\p{P}\s]+$`)
	// doneRow is what somebody says who has ordered and wants no more: 12-301 已转账152, 12-302 收到谢谢.
	doneRow = regexp.MustCompile(`(?i)^[\s，,：:]*(?:(?:\d{2,}(?:\.\d+)?\s*[元块]?\s*)?(?:已经?|都)?(?:付款?|转账?|支付|paid)(?:了|啦|好了|过了)?[\s\d.元块！!。~]*|` +
		thanks + `(?:` + thanks + `|[\s，,！!。~🙏🌹👍]|团长|您|了)*)$`)
	// systemRow is what the chat program writes: 撤回了一条消息, [图片].
	systemRow = regexp.MustCompile(`(?i)撤回了一条消息|加入了?群聊|退出了?群聊|移出了?群聊|拍了拍|以下(?:为|是)新消息|^\s*(?:[^\s:：]{1,16}[:：]\s*)?[\[【](?:图片|语音|视频|链接|文件|小程序|表情|动画表情|位置|红包|转账|聊天记录|photo|sticker|voice|video|link)[\]】]|^\s*https?://\S+\s*$|\b(?:left|joined) the (?:group|chat)\b|recalled a message|^\s*「[^」]*[:：][^」]*」\s*$`)
	// columnRow has the headings of a table that was pasted as text.
	columnRow = regexp.MustCompile(`(?i)^\s*(?:(?:序号|编号|楼号|楼栋|楼幢|栋号|房号|门牌号?|室号|房间号?|单元|姓名|名字|昵称|称呼|(?:联系|手机|收货)?(?:电话|手机)号?码?|(?:收货|详细)?地址|数量|份数|商品|品名|规格|金额|备注|留言|name|phone|address|room|building|unit|qty|quantity|note|remark)[\s,，、|/+:：]*){2,}$`)
	// summaryRow begins the leader's own sums.
	summaryRow = regexp.MustCompile(`^\s*(?:统计|汇总|小计|合计|总计|共计|总共|一共|共|目前|截至|截止目前)`)
	// sender is who sent the lines below: 王五 昨天 22:14, 王五:.
	sender = regexp.MustCompile(`^\s*(\S.{0,15}?)\s+` + dayText + `(?:上午|下午|早上|晚上|凌晨|中午)?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s*[AaPp][Mm])?\s*$|^\s*([^\s:：]{1,16}(?: \S{1,8})?)[:：]\s*$`)
	// office is what a sender is, before the name.
	office = regexp.MustCompile(`^` + offices + `[\s:：·-]*`)
	// officer is the sender's line of somebody who is called by the office alone: 22:14 团长.
	officer = regexp.MustCompile(`^\s*` + offices + `[\s:：]*$`)
)

// Labels, money and remarks within a line.
var (
	// detailRow says one thing of an entry in a line of its own, and labelText within a line.
	detailRow = regexp.MustCompile(`(?i)^\s*(跟团号|下单人|商品|规格|数量|份数|金额|实付|订单|收件人|收货人|收件地址|收货地址|详细地址|联系电话|联系人|手机号?|电话|地址|姓名|弄号|楼号|楼栋号?|栋号|单元号?|房间?号|室号|备注|留言|name|phone|tel|mobile|address|addr|note|remark)\s*[:：]`)
	labelText = regexp.MustCompile(`(?mi)(?:^|[ ，,；;])\s*(收件人|收货人|收件地址|收货地址|详细地址|联系电话|联系人|手机号?|电话|地址|姓名|房间?号|室号|数量|份数|商品|规格|备注|留言|name|phone|tel|mobile|address|addr|note|remark|qty|quantity)\s*[:：]`)
	// noteText is a remark behind its label.
	noteText = regexp.MustCompile(`(?mi)(?:备注|留言|note|remark)\s*[:：](.*)$`)
	// moneyText is what is paid or costs, othersText that nothing else is wanted.
	// reckoned is how it comes to what it costs: 2瓶（12*2=24元）; apartText how it is to be packed: 分两袋装.
	reckoned   = regexp.MustCompile(`(?i)[份板箱盒袋包瓶斤桶提件套][\s，,（(]*(\d+(?:\.\d+)?\s*[*×x]\s*\d+\s*=\s*\d+(?:\.\d+)?\s*(?:元|块)?)`)
	apartText  = regexp.MustCompile(`(?:^|[^部百十\d])(分(?:成|开)?[一二两三四五六七八九十\d]+[袋包份盒]装?)`)
	moneyText  = regexp.MustCompile(`(?i)[¥￥]\s*\d+(?:\.\d+)?|(?:合计|总计|一共|共计?)?\s*\d+(?:\.\d+)?\s*(?:元|块钱?|rmb|yuan)(?:/\S{1,3})?|(?:已转账|已支付|已付款?|已转|转账|红包|付了|转了|付款|支付|收款|付|paid)\s*\d+(?:\.\d+)?|转\s*\d{1,2}\b(?:\.\d+)?`)
	othersText = regexp.MustCompile(`(?:其他|其它|其余|别的|另外的|剩下的?)(?:的|都|全|就)*(?:不要|不用|不需要|不订|不买|算了)了?`)
	// mentionText is somebody whom the line speaks to: @林团长 12-401 1箱.
	mentionText = regexp.MustCompile(`(?i)(?:^|\s)(@(?:\p{Han}{0,6}(?:团长|群主|所有人|管理员|店长|老板)|all))`)
	// unlessText is what is to happen if: 没货退款, 如果没有就算了.
	unlessText = regexp.MustCompile(`(?:如果?|若|要是|没货|缺货|无货|断货|没有|不成团|不新鲜|不好|坏了?|晚到|晚了)[^\s，,；;。]{0,6}?(?:就|则|请)?(?:退款|退货|退掉|退了?|取消|算了|不要了?)(?:吧)?`)
)

// What an entry does.
var (
	// quitText takes an order back, swapText changes it, and moreText adds to it.
	quitText = regexp.MustCompile(`(?i)(?:全部?|都)(?:不要了?|取消|退[了掉款])|不要了|撤了|撤掉|划掉|划了|去掉|不团了|不拼了|不加了|不定了|不来了|放弃|不用了|不接了|不订了|不买了|不参加了|退出|取消|退团|退单|退订|撤单|撤销|已退|退掉|退了|退款|作废|删除|删掉|不需要|❌|✗|✘|(?:^|[\s，,。！!])算了[吧。！!]?\s*$|\bcancel(?:led)?\b|\bdrop out\b|\bnone for me\b|\bnot this time\b|(?:不要|不接|不订|不买|退)\s*[）)]?\s*$|退\s*[0-9０-９一二两三四五六七八九十a-zA-Z]`)
	swapText = regexp.MustCompile(`(?i)更正[:：]?|[更修]改[成为]|(?:变更|更新|调整|变|减|降)[成为到至]|加[到至]|改[成为到要]|换[成为]|→|➡|->|=>|\bchange(?: to)?\b|\bmake (?:it|that)\b|改|换`)
	moreText = regexp.MustCompile(`(?i)再加|追加|增加|再来|再要|加订|多要|多加|又要|还要|加\s*[0-9０-９一二两三四五六七八九十]|\badd\b|\bplus\b`)
	// likeAbove wants the same as the entry above.
	likeAbove = regexp.MustCompile(`(?i)(?:同上|一样|同样|same as above)\s*$`)
	// eachText says that what is wanted is wanted by each of several doors.
	eachText = regexp.MustCompile(`各|每家|每户|每人|都|(?i:\beach\b)`)
	// apiece is 各 of what is wanted, and not 各位, or how many households want it.
	apiece = regexp.MustCompile(`各(?:[^位]|$)|[两二三四五六][户家](?:$|[^\p{Han}])`)
	// forAnother is a note that the goods may be somebody else's: 帮楼上404也订一板.
	forAnother = regexp.MustCompile(`(?:帮|替|代|给)[^，]{0,3}(?:楼上|楼下|隔壁|对门|对面|邻居|\d{3,4})`)
	// asking are the words of a question or a complaint beside goods.
	asking = regexp.MustCompile(`破了|坏了|碎了|烂了|少了|漏了|缺了|已收(?:[^款钱]|$)|已到|已送|已取|没收到|未收到|(?i:broken|missing)|[吗呢?？]\s*$`)
)

// Around a name.
var (
	// opening and closing are what people say before and behind a name.
	opening = regexp.MustCompile(`(?i)^(?:thx\b|can i (?:still )?(?:join|order)|团长好?|群主好?|业主|住户|户主|先|收到|好的|各位(?:邻居)?|(?:can|could|may) (?:i|we) (?:get|have)|count me in(?: for)?|put me down(?: for)?|all\b|您好|你好|大家好|hello\b|hi\b|我是|我们?住在?|住在?|我们?家|我们|我想|我也|我|也|再|还|可以|能不能|麻烦您?|请问|辛苦了?|地址是?|电话是?|手机号?|姓名|名字|房号|送货到|送到|送至|收货|收件人?|跟团号|帮我|帮忙|所有人|的|i'd like|i would like|i want|i'll take|i need|and\b|of\b|with\b|for\b)\s*`)
	closing = regexp.MustCompile(`(?i)\s*(?:已经?|我想|我也|我|也|想|谢谢|我们|拼|合买|减少?|少要|大?约|大概|\bhere|\bwants?|\bwould like|\borders?|\bneeds?|\bsame as above|\band|\bof)$`)
	// remark is said beside an order and is nobody's name.
	remark = regexp.MustCompile(`^(?:放|请|麻烦|送|不要|不放|要|谢|门口|备注|电话|晚上|下午|上午|中午|自取|多|少|尽量|帮|代|替|别|加急|敲门|已|微信|支付宝|现金|给|家里|有|没|和|的|号|楼|室|栋|单元|老人|小孩|\d+[人口楼月]|leave|please|no |pls|thanks|thank|paid|same as|all of)|(?:谢谢|一下|门口|拜托|同上|一样|左手边?|右手边?|左边|右边|东边|西边|吗|嘛|呢)$|^(?:不|没|无)|[不没]$`)
	// filler is what is left of what people say around an order, and names nobody.
	filler = regexp.MustCompile(`^(?:me too|各位(?:邻居|好)?|大家|邻居们|比如我?家?|例如|目前|跟上|要的|算了|更正|不对|加到|各带|拼|合买|就|除了|不含|none for me|not this time|all|more|boxe?s?|好|好的|收到|是|还是|还|加|再|算|算我|家|退|到|送到|或|也|都|全|全部|共|合计|总计|其中|每家|每户|各家|各|[一二两三四五六七八九十]|那个|这个|的|了|吧|哦|啊|呢|谢+|口人|[0-9一二两三四五六七八九十几多]*[样种款家口人]+|x|ok|yes|and|or|for|to|plus|please|pls|per|each|of|of each|unit|apt|apartment|flat|room|rm|bldg|building|block|tower|no)$`)
	// joining is what only joins other words.
	joining = regexp.MustCompile(`^(?:和|与|跟|及|以及|都|也|各|and)$`)
)

// Words before and behind goods and numbers.
var (
	// counting are the words that follow a number of things.
	counting = words("份 板 箱 公斤 千克 斤 个 盒 袋 包 瓶 只 条 支 枚 套 件 桶 罐 提 组 盆 篮 串 把 颗 根 排 打 扎 捆 捧 单 克 升 盘 " +
		"dozen kg g ml l pcs pc packs pack boxes box trays tray bags bag bottles bottle cases case sets set")
	// generic are counting words that fit whatever is sold.
	generic = strings.Fields("份 个 件 套 单 pcs pc")
	// measures follow numbers that count no goods: times, dates, money, floors.
	measures = words("度 ℃ 位 点 时 分钟 小时 分 月 日 号 楼 层 栋 幢 室 单元 岁 人 口 个人 年 % 天 am pm 元 块 rmb yuan 圆")
	// totals stand before a sum: 共3份.
	totals = words("一共 总共 合计 总计 共计 共")
	// eaches stand before an amount of everything that is named, or on offer: 各1; eachBehind behind it, allKinds before it; everything needs no amount.
	eaches     = words("各来 各要 各 每样 每种 每款 各种 各样 都要 都来 都 样样 一样")
	eachBehind = vocabulary{[]rune("of each"), []rune("each")}
	allKinds   = words("全部 全 所有")
	everything = words("全部都要 全都要 每样都要 全要 全部 全套 都要 all")
	// wanting are verbs before an amount or an item that change nothing.
	wanting = words("想要 需要 我要 要 来 订 定 买 拿 报 接 加 选")
	// refusing stands before what is not wanted, and lessWord before what is taken off.
	refusing = words("不要 不 没有 没 别 除了 除去 除 without no")
	lessWord = words("减 减少 减去 少要 少")
	// qualities stand before goods and make other goods of them.
	qualities = words("草 土 鲜 纯 大 小 老 嫩 甜 咸 辣 红 黑 青 紫 糙 糯 冰鲜 新鲜 冷冻 有机 散养 可生食 无菌 脱脂 低脂 全脂 无糖 低糖 原味 奶油 巧克力 草莓 蓝莓 抹茶 芝士 全麦 黑麦 大号 中号 小号 大份 小份 散装 袋装 盒装 进口 国产 东北 五常")
)
