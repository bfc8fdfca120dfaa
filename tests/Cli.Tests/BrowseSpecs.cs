using System.Text;
using ActorBrowser.TestSupport;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>What <c>browse</c> prints of a page, in which form, and how much of it.</summary>
public sealed class BrowseSpecs : IAsyncLifetime
{
    private static readonly string Article = string.Concat(Enumerable.Repeat("<p>Words, and more words, that make a paragraph of an article, as people write them.</p>", 12));
    private Site _server = null!;

    public async Task InitializeAsync() => _server = await Site.StartAsync(async context =>
    {
        context.Response.ContentType = context.Request.Path == "/file" ? "application/zip" : "text/html; charset=utf-8";
        if (context.Request.Path == "/form")
            context.Response.Headers.SetCookie = "kept=1; Max-Age=1000";
        await context.Response.WriteAsync(context.Request.Path.Value switch
        {
            "/form" => "<title>form</title><form action=/sent method=post enctype=multipart/form-data><input name=q><select name=s multiple><option>a<option>b<option>c</select><input type=file name=f><button name=b value=1>x</button></form>",
            "/sent" => $"<title>sent</title><p>{context.Request.Headers.Cookie} {System.Net.WebUtility.HtmlEncode(string.Join(' ', context.Request.Form.Select(static field => $"{field.Key}={field.Value}")))} {context.Request.Form.Files[0].Length}</p>",
            "/escape" => "<title>t&#27;[31m</title><h1>&#27;[31mred&#x202e; 語</h1><p>one\u001b]0;x\u0007 two</p>",
            _ => $"<title>t</title><div class=sidebar><a href=/>other</a></div><div id=article><h2 id=part>Part &amp; more</h2>{Article}</div>",
        });
    });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_main_content_is_printed_without_what_surrounds_it()
    {
        var (code, output, _) = await RunAsync("--main", "--markdown");
        Assert.Equal(0, code);
        Assert.StartsWith("## Part & more\n\nWords, and", output, StringComparison.Ordinal);
        Assert.DoesNotContain("other", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_bytes_than_asked_for_are_printed_and_the_token_goes_on()
    {
        var (code, output, error) = await RunAsync("--markdown", "--max-bytes", "200");
        Assert.Equal(0, code);
        Assert.InRange(Encoding.UTF8.GetByteCount(output), 1, 200);
        Assert.StartsWith("actorbrowser: there is more: --continue ", error, StringComparison.Ordinal);
        var token = error.Trim()["actorbrowser: there is more: --continue ".Length..];
        var next = await RunAsync("--markdown", "--max-bytes", "200", "--continue", token);
        Assert.Equal((0, true), (next.Code, next.Output.StartsWith("Words, and", StringComparison.Ordinal)));
        var (changed, _, complaint) = await RunAsync("--main", "--continue", "7-0123456789abcdef");
        Assert.Equal((1, "actorbrowser: The page's text has changed since the token was made; begin again without it.\n"), (changed, complaint));
    }

    [Fact]
    public async Task Actions_are_done_in_their_order_and_cookies_and_files_are_kept()
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser-browse").FullName;
        try
        {
            var cookies = Path.Combine(folder, "cookies");
            await File.WriteAllTextAsync(Path.Combine(folder, "up.txt"), "hello");
            var (code, output, error) = await RunAsync(
                "--text", "--cookies", cookies, "--fill", "[name=q]=first", "--fill", "[name=q]=a=b", "--select", "select=a", "--select=select=c", "--upload", $"[type='file']={folder}/up.txt", "--click", "button", "/form");
            Assert.Equal((0, "kept=1 q=a=b s=a,c b=1 5\n", ""), (code, output, error));
            Assert.Contains("\"kept\"", await File.ReadAllTextAsync(cookies), StringComparison.Ordinal);
            (code, output, error) = await RunAsync("--downloads", folder, "/file");
            Assert.Equal((0, "", true), (code, output, error.StartsWith($"saved {folder}/file (", StringComparison.Ordinal)));
            (code, _, error) = await RunAsync("--check", "#none", "/form");
            Assert.Equal((1, "actorbrowser: The page has no element '#none'.\n"), (code, error));
            (code, _, error) = await RunAsync("--fill", "nothing", "/form");
            Assert.Equal(2, code);
            await File.WriteAllTextAsync(cookies, "damaged");
            (code, _, error) = await RunAsync("--cookies", cookies, "/form");
            Assert.Equal((2, "damaged"), (code, await File.ReadAllTextAsync(cookies)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(20)]
    [InlineData(40)]
    public async Task Escape_sequences_are_shown_and_count_as_what_is_shown(int most)
    {
        var (_, output, _) = await RunAsync("--markdown", "--max-bytes", $"{most}", "/escape");
        Assert.InRange(Encoding.UTF8.GetByteCount(output), 1, most);
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public async Task An_outline_and_values_are_printed()
    {
        Assert.Equal((0, "2\tPart & more\t#part\n"), await OutAsync("--outline"));
        var schema = Path.GetTempFileName();
        await File.WriteAllTextAsync(schema, """{"type":"object","properties":{"title":{"selector":"h2"},"paragraphs":{"type":"array","selector":"p","items":{},"minItems":12}}}""");
        var (code, output, _) = await RunAsync("--extract", schema);
        Assert.Equal(0, code);
        Assert.StartsWith("""{"title":"Part & more","paragraphs":["Words, and""", output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(schema, """{"type":"integer","selector":"h2"}""");
        Assert.Equal((1, "actorbrowser: The page does not match the schema at #: 'Part & more' is no integer.\n"), await ErrorAsync("--extract", schema));
        await File.WriteAllTextAsync(schema, """{"type":"integer","selector":"h2","format":1,"multipleOf":2}""");
        Assert.Equal((2, "actorbrowser: The schema is not valid at #/multipleOf: the keyword is not supported for a value of type integer.\n"), await ErrorAsync("--extract", schema));
        File.Delete(schema);
        Assert.Equal(2, (await RunAsync("--extract", schema)).Code);
    }

    private async Task<(int Code, string Output)> OutAsync(params string[] arguments)
    {
        var (code, output, _) = await RunAsync(arguments);
        return (code, output);
    }

    private async Task<(int Code, string Error)> ErrorAsync(params string[] arguments)
    {
        var (code, _, error) = await RunAsync(arguments);
        return (code, error);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var path = arguments.LastOrDefault(static argument => argument is "/form" or "/file" || argument.StartsWith("/escape", StringComparison.Ordinal)) ?? "/";
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(TestChildProgram.Command, ["browse", .. arguments.Where(argument => argument != path), $"{_server.Root}{path}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        return await process.OutcomeAsync();
    }
}
