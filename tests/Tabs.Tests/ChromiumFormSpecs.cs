using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ActorBrowser.TabsTests;

/// <summary>Forms and links as Debian's Chromium sends them, and as we do: method, target, headers and body, byte for byte.</summary>
public sealed partial class ChromiumFormSpecs() : BrowserSpecs("")
{
    private const string Helpers = """
        function q(s) { return document.querySelector(s); }
        function give(s, files) { const t = new DataTransfer(); for (const [n, b, type] of files) t.items.add(new File([b], n, { type })); q(s).files = t.files; }
        """;

    private readonly ConcurrentDictionary<string, string> _sent = new();
    private readonly TaskCompletionSource _chromiumIsDone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [FactNeeds("chromium")]
    public async Task Every_form_is_sent_as_Chromium_sends_it()
    {
        var site = await ServeAsync(AnswerAsync);
        await using (Chromium.Open($"{site}/chromium/0/"))
            await _chromiumIsDone.Task.WaitAsync(TimeSpan.FromMinutes(2));
        var tab = await OpenAsync();
        var different = new StringBuilder();
        for (var i = 0; i < FormCase.All.Count; i++)
        {
            var one = FormCase.All[i];
            await tab.NavigateAsync($"{site}/ours/{i}/").Soon();
            string ours;
            try
            {
                if (one.Act is { } act)
                    await act(tab).Soon();
                await tab.ClickAsync(one.Click, one.X, one.Y).Soon();
                ours = _sent.GetValueOrDefault($"ours {i}", "nothing");
            }
            catch (PageException e)
            {
                ours = e.Message;
            }
            var theirs = _sent.GetValueOrDefault($"chromium {i}", "nothing");
            if (ours != theirs)
                different.AppendLine(CultureInfo.InvariantCulture, $"--- {one.Name}\nChromium: {theirs}\nours:     {ours}");
        }
        Assert.True(different.Length == 0, different.ToString());
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var parts = target.Split('/', '?');
        var (who, number) = (parts[1], int.TryParse(parts.ElementAtOrDefault(2), out var parsed) ? parsed : -1);
        if (number < 0 || number > FormCase.All.Count)
        {
            context.Response.StatusCode = 404;
            return;
        }
        var isPage = target == $"/{who}/{number}/" && context.Request.Method == "GET";
        if (!isPage || number == FormCase.All.Count)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _sent.TryAdd($"{who} {number}", Describe(context, target, body.ToArray()));
            if (who == "chromium" && number >= FormCase.All.Count - 1)
                _chromiumIsDone.TrySetResult();
            await HtmlAsync(context, who == "chromium" ? $"<script>location.replace('/chromium/{number + 1}/')</script>" : "<title>sent</title>");
            return;
        }
        var one = FormCase.All[number];
        var html = one.Html.Replace("GO", $"/{who}/{number}/sent", StringComparison.Ordinal);
        if (who == "chromium")
        {
            var click = one.X + one.Y == 0 ? "b.click()" : $"const r = b.getBoundingClientRect(); b.dispatchEvent(new MouseEvent('click', {{ bubbles: true, cancelable: true, view: window, clientX: r.left + {one.X}, clientY: r.top + {one.Y} }}))";
            // A case that sends nothing does not hold up the others.
            html += $"<script>{Helpers} addEventListener('load', () => {{ {one.Script}; const b = q('{one.Click}'); {click}; setTimeout(() => location.replace('/chromium/{number + 1}/'), 3000); }})</script>";
        }
        context.Response.ContentType = $"text/html; charset={one.Charset}";
        await context.Response.Body.WriteAsync(Encoding.Latin1.GetBytes(html.Replace("\u00A5", "&#xA5;", StringComparison.Ordinal).Replace("\u00e9", "\\u00e9", StringComparison.Ordinal)));
    }

    private static string Describe(HttpContext context, string target, byte[] body)
    {
        var type = context.Request.ContentType ?? "";
        var text = Encoding.Latin1.GetString(body);
        if (Boundary().Match(type) is { Success: true } boundary)
        {
            text = text.Replace(boundary.Groups[1].Value, "BOUNDARY", StringComparison.Ordinal);
            type = type.Replace(boundary.Groups[1].Value, "BOUNDARY", StringComparison.Ordinal);
        }
        var all = $"{context.Request.Method} {target} [{type}] length {context.Request.ContentLength?.ToString(CultureInfo.InvariantCulture) ?? "none"}, referer {context.Request.Headers.Referer}, origin {context.Request.Headers.Origin}\n{text}";
        return all.Replace("/chromium/", "/WHO/", StringComparison.Ordinal).Replace("/ours/", "/WHO/", StringComparison.Ordinal);
    }

    [GeneratedRegex("boundary=(.*)")]
    private static partial Regex Boundary();
}
