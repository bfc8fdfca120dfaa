using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>
/// Pages made with real libraries, each with a list that is rendered, filtered, and changed by events. The document must be the one that
/// Debian's Chromium has. The libraries come from the npm registry, in the versions that <c>web/package.json</c> names.
/// </summary>
public sealed class PageLibrarySpecs : BrowserSpecs
{
    private static readonly string Pages = Path.Combine(AppContext.BaseDirectory, "web");
    private static readonly Lazy<Task<string>> Modules = new(InstallAsync);

    [TheoryNeeds("chromium", "npm")]
    [InlineData("jquery", "4 shown")]
    [InlineData("vue", "3 avocado")]
    [InlineData("preact", "3 avocado")]
    [InlineData("react18", "3 avocado")]
    [InlineData("react19", "3 avocado")]
    [InlineData("alpine", "3 avocado")]
    [InlineData("htmx", "POST a=1")]
    public async Task A_page_of_a_library_has_the_document_that_chromium_has(string page, string contains)
    {
        var modules = await Modules.Value;
        var site = await ServeAsync(context => AnswerAsync(context, modules));
        var tab = await OpenAsync(new OpenTab { Scripts = PageScripts.Page });
        var loaded = await tab.NavigateAsync($"{site}/{page}.html").Soon();
        var document = System.Text.Json.JsonSerializer.Deserialize<string>(await tab.EvaluateAsync("document.documentElement.outerHTML").Soon())!;
        Assert.Contains(contains, document, StringComparison.Ordinal);
        Assert.Equal(0, loaded.Scripts!.Failed);
        Assert.False(loaded.Scripts.OverBudget);
        Assert.Equal(Normal(await DumpAsync($"{site}/{page}.html")), Normal(document));
    }

    // Where the last script stands, a parser puts the end of the file.
    private static string Normal(string html) => html.Trim().Replace("<!DOCTYPE html>", "", StringComparison.OrdinalIgnoreCase).Replace("\n", "", StringComparison.Ordinal);

    private static async Task<string> DumpAsync(string url)
    {
        var profile = Directory.CreateTempSubdirectory("actorbrowser-chromium-").FullName;
        try
        {
            return await RunAsync("chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", $"--user-data-dir={profile}", "--virtual-time-budget=5000", "--dump-dom", url], Pages);
        }
        finally
        {
            Directory.Delete(profile, true);
        }
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "web-modules");
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(Pages, "package.json"), Path.Combine(folder, "package.json"), overwrite: true);
        if (!File.Exists(Path.Combine(folder, "node_modules/vue/package.json")))
            await RunAsync("npm", ["install", "--no-package-lock", "--no-audit", "--no-fund", "--legacy-peer-deps"], folder);
        return Path.Combine(folder, "node_modules");
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string folder)
    {
        using var running = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder })!;
        var errors = running.StandardError.ReadToEndAsync();
        var output = await running.StandardOutput.ReadToEndAsync();
        await running.WaitForExitAsync();
        Assert.True(running.ExitCode == 0, await errors);
        return output;
    }

    private static async Task AnswerAsync(HttpContext context, string modules)
    {
        var path = context.Request.Path.Value!;
        switch (path)
        {
            case "/echo":
                using (var reader = new StreamReader(context.Request.Body))
                    await HtmlAsync(context, $"<b>{context.Request.Method} {await reader.ReadToEndAsync()}{context.Request.QueryString}</b>");
                break;
            case "/lib/list.html":
                await HtmlAsync(context, "<ul><li>from server</li><li hx-get=\"/echo\">two</li></ul>");
                break;
            case "/lib/react19.js":
                await HtmlAsync(context, React19(modules), "text/javascript");
                break;
            case var library when library.StartsWith("/lib/", StringComparison.Ordinal):
                await HtmlAsync(context, await File.ReadAllTextAsync(FileOf(modules, path[5..])), "text/javascript");
                break;
            default:
                await HtmlAsync(context, await File.ReadAllTextAsync(Path.Combine(Pages, Path.GetFileName(path))));
                break;
        }
    }

    private static string FileOf(string modules, string name) => Path.Combine(modules, name switch
    {
        "jquery.min.js" => "jquery/dist/jquery.min.js",
        "vue.global.prod.js" => "vue/dist/vue.global.prod.js",
        "preact.umd.js" => "preact/dist/preact.umd.js",
        "react.production.min.js" => "react-18/umd/react.production.min.js",
        "react-dom.production.min.js" => "react-dom-18/umd/react-dom.production.min.js",
        "cdn.min.js" => "alpinejs/dist/cdn.min.js",
        "htmx.min.js" => "htmx.org/dist/htmx.min.js",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No library."),
    });

    // React 19 has no file for pages: its CommonJS modules with a small require.
    private static string React19(string modules)
    {
        var bundle = new StringBuilder("window.process = { env: { NODE_ENV: 'production' } }; (() => { const make = {}, made = {}; window.require = name => { if (!made[name]) { made[name] = { exports: {} }; make[name](window.require, made[name], made[name].exports); } return made[name].exports; };\n");
        foreach (var (name, file) in (ReadOnlySpan<(string, string)>)[
            ("react", "react/cjs/react.production.js"), ("react-dom", "react-dom/cjs/react-dom.production.js"),
            ("react-dom/client", "react-dom/cjs/react-dom-client.production.js"), ("scheduler", "scheduler/cjs/scheduler.production.js")])
            bundle.Append($"make['{name}'] = function (require, module, exports) {{ {File.ReadAllText(Path.Combine(modules, file))}\n}};\n");
        return bundle.Append("})();").ToString();
    }
}
