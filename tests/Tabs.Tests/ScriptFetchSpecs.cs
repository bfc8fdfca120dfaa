using System.Text.Json;
using System.Text.Json.Nodes;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.TabsTests;

/// <summary>
/// What a page's script may fetch and read. Chromium is the reference: the same requests, from the same page to the same servers, must
/// end in the same way, and the servers must see the same.
/// </summary>
public sealed class ScriptFetchSpecs : BrowserSpecs
{
    private static readonly string[] Shown = ["content-type", "etag", "set-cookie", "x-a", "x-b"];

    // A name, the server's behaviour, and what the script asks for. ORIGIN is the page's origin.
    private static readonly (string Query, JsonObject Init)[] Cases = [.. MakeCases()];

    private readonly TaskCompletionSource<string> _report = new();

    [FactNeeds("chromium")]
    public async Task Requests_of_scripts_end_as_in_Chromium_and_servers_see_the_same()
    {
        var other = await ServeAsync(BehaveAsync);
        var site = await ServeAsync(context => OracleAsync(context, other));
        var page = Parse(site + "/oracle");
        JsonObject[] expected;
        await using (var chromium = Chromium.Open(site + "/oracle"))
            expected = [.. JsonNode.Parse(await _report.Task.Soon())!.AsArray().Select(static answer => answer!.AsObject())];
        Assert.Equal(Cases.Length, expected.Length);

        var identity = new NetworkIdentity();
        identity.Take(new Uri(other), [new("Set-Cookie", "k=v")]);
        var differing = new List<string>();
        for (var i = 0; i < Cases.Length; i++)
        {
            var (query, init) = Cases[i];
            var actual = await FetchAsync(page, Parse(Target(query, site, other)), init, identity);
            if (!JsonNode.DeepEquals(expected[i], actual))
                differing.Add($"{query} {init.ToJsonString()}: Chromium {expected[i].ToJsonString()}, here {actual.ToJsonString()}");
        }
        Assert.True(differing.Count == 0, $"{differing.Count} of {Cases.Length} differ:\n{string.Join('\n', differing)}");
    }

    [Fact]
    public async Task Another_origins_answer_reaches_a_renderer_only_as_JavaScript_and_a_secure_page_takes_nothing_insecure()
    {
        var site = await ServeAsync(static context => HtmlAsync(context, "1 + 1", context.Request.Query["type"]!));
        var identity = new NetworkIdentity();
        var page = Parse("http://page.test/");
        foreach (var (type, goes) in new[] { ("text/javascript; charset=utf-8", true), ("Application/X-JavaScript", true), ("application/json", false), ("text/html", false), ("text/plain", false), ("", false) })
        {
            var done = await FetchAsync(page, Script($"{site}/?type={Uri.EscapeDataString(type)}"), identity);
            Assert.Equal((type, goes ? PageResult.Opaque : PageResult.Failed, goes ? 5 : 0), (type, done.Response.Outcome, done.Body.Length));
            Assert.Empty(done.Response.Headers);
        }
        // The page's own script may be declared as anything.
        Assert.Equal(5, (await FetchAsync(Parse(site), Script($"{site}/?type=text/plain"), identity)).Body.Length);
        Assert.Contains("insecure", (await FetchAsync(Parse("https://page.test/"), Script("http://other.test/x.js"), identity)).Response.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_page_fetches_nothing_from_this_machine()
    {
        var asked = 0;
        var site = await ServeAsync(context =>
        {
            Interlocked.Increment(ref asked);
            return HtmlAsync(context, "1", "text/javascript");
        });
        foreach (var space in new[] { AddressSpace.Public, AddressSpace.Loopback })
        {
            var done = await FetchAsync(Parse("http://page.test/"), Script(site), new NetworkIdentity(), space);
            Assert.Equal(space == AddressSpace.Loopback ? PageResult.Opaque : PageResult.Failed, done.Response.Outcome);
        }
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_request_whose_actor_fails_is_a_network_error_to_its_script()
    {
        using var arrived = new SemaphoreSlim(0);
        var site = await ServeAsync(context => context.Request.Path == "/held"
            ? Site.HoldAsync(context, arrived)
            : HtmlAsync(context, "<script>fetch('/held').then(() => document.title = 'answered', problem => document.title = problem.name)</script>"));
        var tab = await OpenAsync(new TabProtocol.OpenTab { Scripts = PageScripts.Page });
        var loading = tab.NavigateAsync(site);
        await arrived.WaitAsync().Soon();
        Sys.ActorSelection(tab.Tab.Path / "*").Tell(new Poison());
        Assert.Equal((1, 0, false), (await loading.Soon()).Scripts is { } scripts ? (scripts.Run, scripts.Failed, scripts.OverBudget) : default);
        Assert.Equal("TypeError", (await tab.SnapshotAsync().Soon()).Title);
    }

    private static IEnumerable<(string, JsonObject)> MakeCases()
    {
        static JsonObject Init(string json) => JsonNode.Parse(json)!.AsObject();
        foreach (var mode in new[] { "cors", "same-origin", "no-cors" })
        {
            foreach (var credentials in new[] { "omit", "same-origin", "include" })
            {
                var init = $$"""{"mode":"{{mode}}","credentials":"{{credentials}}"}""";
                foreach (var query in new[] { "own", "", "acao=*", "acao=ORIGIN", "acao=ORIGIN&acac=true", "acao=*&acac=true", "acao=ORIGIN,*", "acao=null", "acao=ORIGIN&acac=True", "acao=ORIGIN&aceh=x-a", "acao=*&aceh=*", "acao=ORIGIN&acac=true&aceh=*" })
                    yield return (query, Init(init));
            }
        }
        foreach (var redirect in new[] { "follow", "error", "manual" })
        {
            foreach (var query in new[] { "own&to=own", "own&to=acao%3D*", "own&to=", "acao=*&to=own", "to=acao%3D*", "acao=*&to=acao%3D*", "acao=ORIGIN&to=acao%3DORIGIN", "acao=ORIGIN&status=307&to=acao%3D*", "acao=*&to=http%3A%2F%2Fu%3Ap%40127.0.0.1%2F", "acao=*&to=ftp%3A%2F%2Fx%2F" })
                yield return (query, Init($$"""{"redirect":"{{redirect}}"}"""));
        }
        foreach (var method in new[] { "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE" })
        {
            foreach (var query in new[] { "own", "acao=*", "acao=*&acam=PUT,DELETE", "acao=*&acam=*", "acao=ORIGIN&acam=PATCH&pre=404", "acao=ORIGIN&acam=PATCH&pre=204" })
                yield return (query, Init($$"""{"method":"{{method}}"}"""));
        }
        foreach (var headers in new[] { """{"X-A":"1"}""", """{"Accept":"text/x"}""", """{"Accept":"a<b"}""", """{"Content-Type":"application/json"}""", """{"Content-Type":"text/plain;charset=x"}""", """{"Authorization":"Basic x"}""", """{"Cookie":"evil=1","Host":"evil","Origin":"http://evil","Sec-X":"1","Proxy-Y":"1"}""", """{"Range":"bytes=0-1"}""", """{"Range":"bytes=-1"}""", """{"X-Method-Override":"TRACE"}""", """{"Accept-Language":"de@"}""" })
        {
            // The standard lets * allow every header but Authorization; Chromium still lets it allow that, too.
            var any = headers.Contains("Authorization", StringComparison.Ordinal) ? "acao=*&acah=y" : "acao=*&acah=*";
            foreach (var query in new[] { "own", "acao=*", "acao=*&acah=x-a", any, "acao=*&acah=*,authorization", "acao=ORIGIN&acah=content-type, accept" })
            {
                yield return (query, Init($$"""{"method":"POST","body":"b","headers":{{headers}}}"""));
                yield return (query, Init($$"""{"mode":"no-cors","method":"POST","body":"b","headers":{{headers}}}"""));
            }
        }
        foreach (var status in new[] { 301, 302, 303, 307, 308 })
        {
            yield return ($"own&status={status}&to=own", Init("""{"method":"POST","body":"b","headers":{"Content-Type":"text/plain","X-A":"1"}}"""));
            yield return ($"acao=*&acah=x-a&status={status}&to=acao%3D*%26acah%3Dx-a", Init("""{"method":"POST","body":"b","headers":{"X-A":"1"}}"""));
            yield return ($"own&status={status}&to=acao%3D*%26acah%3Dauthorization", Init("""{"method":"POST","body":"b","headers":{"Authorization":"x"}}"""));
        }
    }

    private static string Target(string query, string site, string other)
    {
        query = query.Replace("ORIGIN", site, StringComparison.Ordinal);
        return query.StartsWith("own", StringComparison.Ordinal) ? $"{site}/x?{query}" : $"{other}/x?{query}";
    }

    private static WebUrl Parse(string url) => WebUrl.TryParse(url, out var parsed) ? parsed : throw new ArgumentException(url);

    private static PageRequest Script(string url) => new(PageRequestKind.Script, "GET", url, [], default, PageRequestMode.NoCors, PageRequestCredentials.Include, PageRequestRedirect.Follow);

    // The page of the page's origin runs the cases, and reports what its script saw.
    private async Task OracleAsync(HttpContext context, string other)
    {
        switch (context.Request.Path)
        {
            case "/oracle":
                var cases = new JsonArray([.. Cases.Select(one => (JsonNode)new JsonArray(Target(one.Query, $"http://{context.Request.Host}", other), one.Init.DeepClone()))]);
                await HtmlAsync(context, $$"""
                    <script>(async () => {
                      await fetch('{{other}}/cookie', {credentials: 'include', mode: 'no-cors'});
                      const answers = [];
                      for (const [url, init] of {{cases.ToJsonString()}}) {
                        try {
                          const a = await fetch(url, init);
                          answers.push({type: a.type, status: a.status, redirected: a.redirected, headers: {{JsonSerializer.Serialize(Shown)}}.filter(n => a.headers.has(n)).join(), body: await a.text()});
                        } catch (e) { answers.push({type: 'error'}); }
                      }
                      await fetch('/report', {method: 'POST', body: JSON.stringify(answers)});
                    })();</script>
                    """);
                break;
            case "/report":
                _report.TrySetResult(await new StreamReader(context.Request.Body).ReadToEndAsync());
                break;
            default:
                await BehaveAsync(context);
                break;
        }
    }

    // A server whose behaviour is in its query, and whose answer says what it saw.
    private static async Task BehaveAsync(HttpContext context)
    {
        var (request, response, query) = (context.Request, context.Response, context.Request.Query);
        if (request.Path == "/cookie")
        {
            response.Headers.SetCookie = "k=v";
            return;
        }
        foreach (var (key, name) in new[] { ("acao", "Access-Control-Allow-Origin"), ("acac", "Access-Control-Allow-Credentials"), ("acam", "Access-Control-Allow-Methods"), ("acah", "Access-Control-Allow-Headers"), ("aceh", "Access-Control-Expose-Headers") })
        {
            if (query[key] is [{ } value])
                response.Headers[name] = value;
        }
        response.ContentType = "text/plain";
        response.Headers.ETag = "\"e\"";
        response.Headers["X-A"] = "1";
        response.Headers["X-B"] = "2";
        if (request.Method == "OPTIONS" && request.Headers.ContainsKey("Access-Control-Request-Method"))
        {
            response.StatusCode = query["pre"] is [{ } status] ? int.Parse(status, null) : 200;
            return;
        }
        if (query["to"] is [{ } to])
        {
            response.StatusCode = query["status"] is [{ } status] ? int.Parse(status, null) : 302;
            response.Headers.Location = to.Contains(':', StringComparison.Ordinal) && !to.Contains("ao=", StringComparison.Ordinal) ? to : $"/x?{to}";
            return;
        }
        var body = await new StreamReader(request.Body).ReadToEndAsync();
        await response.WriteAsync($"{request.Method} origin={request.Headers.Origin} cookie={request.Headers.Cookie} x-a={request.Headers["X-A"]} authorization={request.Headers.Authorization} type={request.Headers.ContentType} accept={request.Headers.Accept} sec={request.Headers["Sec-X"]}{request.Headers["Proxy-Y"]} referer={request.Headers.Referer} body={body}");
    }

    private async Task<JsonObject> FetchAsync(WebUrl page, WebUrl url, JsonObject init, NetworkIdentity identity)
    {
        // As the script's fetch makes a request of its options.
        var method = (string?)init["method"] ?? "GET";
        method = method.ToUpperInvariant() is "GET" or "HEAD" or "POST" or "PUT" or "DELETE" or "OPTIONS" ? method.ToUpperInvariant() : method;
        var headers = (init["headers"]?.AsObject() ?? []).Select(static header => new HeaderField(header.Key, (string)header.Value!)).ToList();
        var body = (string?)init["body"];
        var mode = (string?)init["mode"] switch { "same-origin" => PageRequestMode.SameOrigin, "no-cors" => PageRequestMode.NoCors, _ => PageRequestMode.Cors };
        if (mode == PageRequestMode.NoCors)
            headers.RemoveAll(static header => CorsRules.UnsafeNames([header]).Length > 0);
        if (body is not null && !headers.Exists(static header => header.Name == "Content-Type"))
            headers.Add(new HeaderField("Content-Type", "text/plain;charset=UTF-8"));
        var wanted = new PageRequest(
            PageRequestKind.Fetch, method, url.ToString(), headers, System.Text.Encoding.UTF8.GetBytes(body ?? ""), mode,
            (string?)init["credentials"] switch { "omit" => PageRequestCredentials.Omit, "include" => PageRequestCredentials.Include, _ => PageRequestCredentials.SameOrigin },
            (string?)init["redirect"] switch { "error" => PageRequestRedirect.Error, "manual" => PageRequestRedirect.Manual, _ => PageRequestRedirect.Follow });
        var (response, bytes) = await FetchAsync(page, wanted, identity);
        if (response.Outcome == PageResult.Failed)
            return new JsonObject { ["type"] = "error" };
        var isOwn = Parse(response.Url).HasOriginOf(page);
        return new JsonObject
        {
            ["type"] = response.Outcome == PageResult.Ok ? isOwn && !(url.HasOriginOf(page) is false) ? "basic" : "cors" : wanted.Redirect == PageRequestRedirect.Manual ? "opaqueredirect" : "opaque",
            ["status"] = response.Status,
            ["redirected"] = response.Outcome == PageResult.Ok && response.Url != url.ToString(),
            ["headers"] = string.Join(',', Shown.Where(name => response.Headers.Any(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))),
            ["body"] = System.Text.Encoding.UTF8.GetString(bytes.Span),
        };
    }

    private async Task<(PageResponse Response, ReadOnlyMemory<byte> Body)> FetchAsync(WebUrl page, PageRequest wanted, NetworkIdentity identity, AddressSpace space = AddressSpace.Loopback)
    {
        var owner = CreateTestProbe();
        if (!HttpRules.IsToken(wanted.Method) || CorsRules.IsForbiddenMethod(wanted.Method))
            return (new PageResponse(PageResult.Failed, 0, "", "", [], "", 0, default), default);
        Sys.ActorOf(ScriptFetch.Props(new ScriptFetch.Request(1, owner, wanted, Parse(wanted.Url), page, space, identity, 1 << 20, 20), Browser));
        var done = await owner.ExpectMsgAsync<ScriptFetch.Done>(Deadline.Long);
        return (done.Response, done.Body);
    }
}
