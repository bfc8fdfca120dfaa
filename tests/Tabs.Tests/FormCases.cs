namespace ActorBrowser.TabsTests;

/// <summary>A form, what Chromium's script does with it, and what our actions do.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Html">The page; <c>GO</c> stands for the address that records.</param>
/// <param name="Charset">The page's declared encoding; the page itself is ASCII.</param>
/// <param name="Script">What Chromium does before the click.</param>
/// <param name="Act">What we do before the click.</param>
/// <param name="Click">The selector of what is clicked.</param>
internal sealed record FormCase(string Name, string Html, string Charset = "utf-8", string Script = "", Func<TabClient, Task>? Act = null, string Click = "#go")
{
    internal int X { get; init; }

    internal int Y { get; init; }

    private const string Go = "<button id=go>Go</button>";

    private const string Japanese = "<input name='&#x540D;' value='&#x3042;&#x30A2;&#x4E9C; &#xFF71;\u00A5&#x2212;&#x20AC;&#x1F600;'>";

    private static FormCase Of(string name, string inside, string attributes = "", string charset = "utf-8") => new(name, $"<form action='GO' {attributes}>{inside}{Go}</form>", charset);

    private static FormCase Post(string name, string inside, string attributes = "", string charset = "utf-8") => Of(name, inside, $"method=post {attributes}", charset);

    private static FormCase Multipart(string name, string inside, string charset = "utf-8") => Post(name, inside, "enctype=multipart/form-data", charset);

    private static FormCase Plain(string name, string inside) => Post(name, inside, "enctype=text/plain");

    internal static IReadOnlyList<FormCase> All { get; } =
    [
        Of("get", "<input name=a value='1 2'><input name=b value='&amp;=+%~*-._!()'>"),
        Of("get of nothing", "<input value=unnamed>"),
        new("get replaces the query", $"<form action='GO?old=1#frag'><input name=a value=b>{Go}</form>"),
        Post("post", "<input name=a value='1 2'><input name='b c' value='&#xE9;&#x20AC;&#x1F600;'>"),
        Post("post of nothing", ""),
        new("post keeps the query", $"<form action='GO?old=1' method=POST><input name=a value=b>{Go}</form>"),
        Post("an unknown method's case and encoding type", "<input name=a value=b>", "enctype=text/html"),
        new("an unknown method is get", $"<form action='GO' method=put><input name=a value=b>{Go}</form>"),
        Post("disabled and unnamed", "<input name=a value=1 disabled><input value=2><input name='' value=3><input name=d value=4>"),
        Post("fieldsets", "<fieldset disabled><legend><input name=a value=1><fieldset disabled><legend><input name=l value=2></legend></fieldset></legend><legend><input name=b></legend><input name=c></fieldset><fieldset><fieldset disabled><div><legend><input name=d></legend></div></fieldset></fieldset>"),
        Post("boxes", "<input type=checkbox name=a><input type=checkbox name=b checked><input type=checkbox name=c value=x checked><input type=radio name=r value=1 checked><input type=radio name=r value=2 checked><input type=radio name=s value=3><input type=radio value=4 checked>"),
        Post("selects", "<select name=a><option>one<option value=''>two</select><select name=b><option disabled>x<option>y  z</select><select name=c multiple><option selected>1<option selected disabled>2<option selected value=3>x</select><select name=d size=3><option>1<option>2</select><select name=e><optgroup disabled label=g><option>1</optgroup><option>2</select><select name=f><option selected>1<option selected>2</select><select name=g></select><select name=h><option disabled selected>1<option>2</select>"),
        Post("textareas", "<textarea name=a>\none\r\ntwo\nthree\n</textarea><textarea name=b></textarea>"),
        Post("line breaks in names and values", "<input type=hidden name='a&#10;b' value='c&#13;d&#10;e&#13;&#10;f'>"),
        Post("value sanitization of what the page declares", "<input name=a type=number value=abc><input name=b type=number value=' 1'><input name=c type=number value=1e2><input name=d type=date value=2023-02-29><input name=e type=date value=2024-02-29><input name=f type=color><input name=g type=color value='#ABCDEF'><input name=h type=range><input name=i type=range value=200><input name=j type=range min=10 max=20 step=3 value=12><input name=k type=email value=' a@b '><input name=l type=url value=' http://x/ '><input name=m value='a&#10;b'><input name=n type=time value=25:00><input name=o type=week value=2020-W53><input name=p type=week value=2021-W53><input name=q type=month value=2020-13><input name=r type=datetime-local value='2020-01-01 10:00:00.500'><input name=s type=search value='x&#10;'><input name=t type=email multiple value=' a@b , c@d '>"),
        Post("ranges", "<input name=a type=range min=0 max=1 step=0.1 value=0.55><input name=b type=range min=5 max=1><input name=c type=range min=-3 max=4 step=any value=1.2345><input name=d type=range max=7 step=2 value=7><input name=e type=range min=1 max=10 step=4 value=100>"),
        Post("an unknown type is text", "<input name=a type=nonsense value='x&#10;y'>"),
        new("several buttons", "<form action='GO' method=post><button name=a value=1>x</button><input name=t value=2><button id=go name=b value=3 type=submit>y</button><input type=submit name=c></form>"),
        new("a submit input without a value", "<form action='GO' method=post><input type=submit id=go name=a></form>"),
        new("a button's own form attributes", "<form action='/elsewhere' method=get enctype=text/plain><input name=a value='1 2'><button id=go formaction='GO?x=1' formmethod=post formenctype=multipart/form-data name=b value=c>y</button></form>"),
        new("an image button", "<form action='GO' method=post><input type=image id=go name=pic value=v style='width:20px;height:20px'><input name=a></form>"),
        new("an image button without a name", "<form action='GO'><input type=image id=go style='width:20px;height:20px'></form>"),
        new("the form attribute", "<input form=f name=before value=1><form id=f action='GO' method=post><input name=in value=2><input name=out form=g value=3><input name=none form='' value=4></form><form id=g><input name=back form=f value=5></form><button form=f id=go name=b value=6>x</button>"),
        new("the form attribute names the first element with that id", "<p id=f></p><form id=f action='/wrong'><input name=a form=f value=1></form><form id=h action='GO'><input name=b form=f><input name=c form=h value=3><button id=go form=h>x</button></form>"),
        Post("a field with suggestions", "<input name=a list=l value=1><datalist id=l><option value=2></datalist>"),
        Post("charset and direction", "<input type=hidden name=_charset_><input type=hidden name=_CHARSET_ value=x><input name=_charset_ value=y><input name=a dirname=a.dir value=1><input name=b dirname=b.dir dir=rtl value=2><textarea name=c dirname=c.dir dir=auto>&#x5D0;</textarea><div dir=rtl><input name=d dirname=d.dir type=search><input type=tel name=e dirname=e.dir><input type=number name=f dirname=f.dir></div>"),
        Post("windows-1252", $"<input type=hidden name=_charset_><input name=a value='&#xE9;&#x20AC;&#x3042;'>{Japanese}", "", "windows-1252"),
        Post("shift_jis", Japanese, "", "shift_jis"),
        Post("euc-jp", Japanese, "", "euc-jp"),
        Post("iso-2022-jp", Japanese, "", "iso-2022-jp"),
        Post("gbk", $"{Japanese}<input name=b value='&#x20AC;&#x4E02;&#xE5E5;'>", "", "gbk"),
        Post("gb18030", $"{Japanese}<input name=b value='&#x20AC;&#x4E02;&#x1F600;'>", "", "gb18030"),
        Post("big5", $"{Japanese}<input name=b value='&#x5341;&#x2550;&#x4E00;'>", "", "big5"),
        Post("euc-kr", $"{Japanese}<input name=b value='&#xAC00;&#xD7A3;'>", "", "euc-kr"),
        Post("koi8-r", "<input type=hidden name=_charset_><input name=a value='&#x430;&#x2500;&#xE9;'>", "", "koi8-r"),
        Post("utf-16 is sent as utf-8", "<input type=hidden name=_charset_><input name=a value='&#xE9;'>", "accept-charset=utf-16"),
        Post("accept-charset", "<input type=hidden name=_charset_><input name=a value='&#xE9;&#x3042;'>", "accept-charset='nonsense iso-8859-1 utf-8'"),
        Of("a query in the page's encoding", "<input name=a value='&#xE9;&#x3042;'>", "", "iso-8859-1"),
        Multipart("multipart", "<input name='a&quot;b' value='1 &quot;2'><input name='c&#10;d' type=hidden value='e&#10;f'><input name='&#xE9;' value='&#x1F600;'><input type=file name=f><input type=hidden name=_charset_>"),
        Multipart("multipart in windows-1252", "<input name='&#xE9;&#x3042;' value='&#xE9;&#x3042;'>", "windows-1252"),
        Plain("text/plain", "<input name='a b' value='c=d'><textarea name=e>f\ng</textarea><input type=file name=x>"),
        Post("a file without multipart", "<input name=a value=1><input type=file name=x>"),
        Multipart("files", "<input type=file name=one><input type=file name=many multiple>") with
        {
            Script = "give('[name=one]', [['we\"ird\\n\u00e9\\\\n.txt', 'hello\\r\\n', 'text/plain']]); give('[name=many]', [['a.bin', '\\u0000\\u0001', ''], ['b.png', '', 'image/png']]);",
            Act = static async tab =>
            {
                await tab.UploadAsync("[name=one]", [UploadFile.FromBytes("we\"ird\n\u00e9\\n.txt", "hello\r\n"u8.ToArray())]);
                await tab.UploadAsync("[name=many]", [UploadFile.FromBytes("a.bin", new byte[] { 0, 1 }), UploadFile.FromBytes("b.png", default)]);
            },
        },
        Post("filled in", "<input name=a value=old maxlength=2><textarea name=b>old</textarea><input type=checkbox name=c><select name=d><option>1<option>2</select><input name=e type=range>") with
        {
            Script = "q('[name=a]').value = 'a\\nlong one'; q('[name=b]').value = 'x\\r\\ny'; q('[name=c]').click(); q('[name=d]').value = '2'; q('[name=e]').value = '77';",
            Act = static async tab =>
            {
                await tab.FillAsync("[name=a]", "a\nlong one");
                await tab.FillAsync("[name=b]", "x\r\ny");
                await tab.CheckAsync("[name=c]");
                await tab.SelectAsync("[name=d]", ["2"]);
                await tab.FillAsync("[name=e]", "77");
            },
        },
        Post("after a reset", "<input name=a value=old><input type=radio name=r value=1 checked><input type=radio name=r value=2><button type=reset id=re>r</button>") with
        {
            Script = "q('[name=a]').value = 'new'; q('[value=\"2\"]').click(); q('#re').click();",
            Act = static async tab =>
            {
                await tab.FillAsync("[name=a]", "new");
                await tab.CheckAsync("[value='2']");
                await tab.ClickAsync("#re");
            },
        },
        new("a label of a button in a link", "<form action='GO' method=post><input name=a value=1><button id=b name=b value=2>x</button></form><a href='/wrong'><label for=b id=go><i>y</i></label></a>"),
        new("a button in a label in a link", "<form action='GO' method=post><a href='/wrong'><label><button name=b value=2><i id=go>x</i></button><input name=a></label></a></form>"),
        new("a link", "<base href='/sub/'><a id=go href='  GO?a=&#xE9;&#x3042;#f '>x</a>", "iso-8859-1"),
        new("a link without a referrer", "<a id=go rel=noreferrer href='GO'>x</a>"),
        new("a table between a form and its fields", $"<table><form action='GO' method=post><tr><td><input name=a value=1></td></tr><tr><td>{Go}</td></tr></form></table>"),
        new("nested forms are one, and the first end tag ends it", $"<form action='GO' method=post><form action='/wrong'><input name=a value=1>{Go}</form><input name=b value=2></form>"),
        new("a table between two forms and their fields, after many line breaks", $"<p>\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n<table><form action='/wrong'><tr><td><input name=a value=1></form><form action='GO' method=post><tr><td><input name=b value=2>{Go}</td></tr></form><tr><td><input name=c value=3></table>"),
        new("an empty action", $"<form method=post><input name=a value=1>{Go}</form>"),
        new("clicked at a point", "<form action='GO'><input type=image name=p id=go src='data:,' style='width:50px;height:50px;padding:0;border:0'></form>") { X = 3, Y = 5 },
    ];
}
