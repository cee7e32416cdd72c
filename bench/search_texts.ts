/** Texts as people write them in a team, English and Chinese, the same for the same seed. */

const ENGLISH =
  "the to and a of in is it you that for on with this be are have not we can at as if but so do or they will from all just was what there my one about when would your out up get like time no how go think some then see could make good now also need know more has an use them any work our new here should want team today tomorrow meeting release deploy server client build test error fix review branch merge issue ticket design page button customer invoice budget plan deadline project report update version database backup query index search message room file image link password account login token session network latency memory thread process socket queue cache disk monday tuesday wednesday thursday friday morning afternoon lunch coffee office home call phone video weekend holiday question answer problem solution idea great thanks please sorry maybe sure agree done ready start finish wait check look try show tell ask help change move open close send read write find add remove keep";
const CHINESE =
  "我们 你们 他们 大家 今天 明天 昨天 开会 会议 时间 下午 上午 晚上 现在 马上 已经 可以 需要 应该 没有 这个 那个 什么 怎么 为什么 因为 所以 但是 如果 然后 问题 解决 方案 项目 计划 进度 报告 更新 版本 发布 部署 服务器 客户端 数据库 备份 查询 索引 搜索 消息 房间 文件 图片 链接 密码 账号 登录 网络 延迟 内存 线程 测试 错误 修复 评审 分支 合并 需求 设计 页面 按钮 客户 发票 预算 截止 团队 公司 办公室 电话 视频 周末 假期 北京 上海 深圳 广州 谢谢 麻烦 抱歉 好的 收到 确认 同意 完成 准备 开始 结束 等待 检查 看看 试试 帮忙 修改 移动 打开 关闭 发送 阅读";
const SYLLABLES =
  "ba be bi bo ca ce co da de di do fa fe fi ga ge go ha he ho ja jo ka ke ki la le li lo ma me mi mo na ne ni no pa pe po ra re ri ro sa se si so ta te ti to va ve vi wa we za ze zo ction ment ness ing er able ist ally"
    .split(" ");
const MARKS = ["。", "，", "！", "？"];
const WORDS = 20_000;

/** Writes messages from a seed. */
export class Writer {
  #state: number;
  readonly #english: string[];
  readonly #chinese: string[];

  /** The same seed gives the same texts. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
    this.#english = ENGLISH.split(" ");
    while (this.#english.length < WORDS) this.#english.push(this.#newWord());
    this.#chinese = CHINESE.split(" ");
    const characters = [...new Set(CHINESE.replaceAll(" ", ""))];
    while (this.#chinese.length < WORDS / 4) {
      this.#chinese.push(this.#of(characters) + this.#of(characters));
    }
  }

  /** A whole number from 0, below the given one. */
  below(end: number): number {
    return Math.floor(this.#next() * end);
  }

  /** A word in many messages. */
  common(): string {
    return this.#english[20 + this.below(100)]!;
  }

  /** A word in few messages. */
  rare(): string {
    const start = WORDS / 2;
    const rare = this.#english.slice(start).filter(({ length }) => length >= 7);
    return rare[this.below(rare.length)]!;
  }

  /** A message of some words, seldom of many; 2 of 5 are Chinese. */
  message(): string {
    const count = Math.ceil(Math.exp(this.#next() * 3 + this.#next()) / 1.5);
    const words = this.#next() < 0.4 ? this.#chinese : this.#english;
    const text = Array.from({ length: count }, () => this.#zipf(words));
    if (words === this.#chinese) return text.join("") + this.#of(MARKS);
    const link = this.#next() < 0.03 ? ` https://example.org/${text[0]}` : "";
    return text.join(" ") + link;
  }

  /** Words as often as in a language: the nth one 1/n as often as the first. */
  #zipf(words: readonly string[]): string {
    return words[Math.floor(words.length ** this.#next()) - 1]!;
  }

  #newWord(): string {
    const count = 2 + this.below(3);
    return Array.from({ length: count }, () => this.#of(SYLLABLES)).join("");
  }

  #of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** Mulberry32: small, and good enough here. */
  #next(): number {
    let t = this.#state += 0x6d2b79f5;
    t = Math.imul(t ^ t >>> 15, t | 1);
    t ^= t + Math.imul(t ^ t >>> 7, t | 61);
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  }
}
