using ActorBrowser;
using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Samples.Acting;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

// This program also runs as its child processes.
if (ActorBrowserChild.TryRun(args, out var exitCode))
    return exitCode;

// A small real application: a login, a search, a list in pages, an upload, a file to download.
await using var shop = await Shop.StartAsync();
var folder = Directory.CreateTempSubdirectory("actorbrowser-acting").FullName;
using var system = ActorSystem.Create("acting", "akka.loglevel = WARNING");
var browser = BrowserClient.For(system.StartActorBrowser());

// The cookies outlive this program; what the shop sends as a file goes into the folder.
var identity = NetworkIdentity.FromFile(Path.Combine(folder, "cookies"));
await using (var tab = await browser.OpenTabAsync(new OpenTab { Identity = identity, Downloads = folder }))
{
    // A login: the form's hidden token and the session's cookie go along as in any browser.
    await tab.NavigateAsync(shop.Root + "/login");
    await tab.FillAsync("[name=user]", "alice");
    try
    {
        await tab.ClickAsync("button");
    }
    catch (PageException e) when (e.Act == ActFailure.InvalidField)
    {
        Console.WriteLine($"not yet: {e.Field}");
    }
    await tab.FillAsync("[name=password]", "wonderland");
    await tab.CheckAsync("[name=stay]");
    var home = await tab.ClickAsync("button");
    Console.WriteLine($"logged in: {home.Page!.Document.Title}");

    // A search, and its result page by page.
    await tab.FillAsync("[name=q]", "tea");
    await tab.SelectAsync("[name=sort]", ["by price"]);
    await tab.SubmitAsync("#search");
    for (var page = 1; ; page++)
    {
        var found = await tab.QueryAllAsync(new Query(DocumentQuery.Select) { Argument = "li" });
        Console.WriteLine($"page {page}: {string.Join(", ", found.Select(static item => item.Text))}");
        if ((await tab.QueryAsync(new Query(DocumentQuery.Select) { Argument = "a[rel=next]" })).Total == 0)
            break;
        await tab.ClickAsync("a[rel=next]");
    }

    // An upload of several files, read from disk while they are sent.
    var picture = Path.Combine(folder, "picture.png");
    await File.WriteAllBytesAsync(picture, new byte[1 << 20]);
    await tab.NavigateAsync(shop.Root + "/upload");
    await tab.FillAsync("[name=title]", "Two \"files\"");
    await tab.UploadAsync("[name=files]", [UploadFile.FromFile(picture), UploadFile.FromBytes("note.txt", "hello"u8.ToArray())]);
    await tab.ClickAsync("button");
    Console.WriteLine((await tab.TextAsync()).ReplaceLineEndings(" "));

    // A file, under a safe name.
    var invoice = (await tab.ClickAsync("#invoice")).Download!;
    Console.WriteLine($"saved {Path.GetFileName(invoice.Path)}: {invoice.Bytes} bytes");
}
await identity.SaveCookiesAsync();

// Another identity with the same file is still logged in.
await using (var later = await browser.OpenTabAsync(new OpenTab { Identity = NetworkIdentity.FromFile(Path.Combine(folder, "cookies")) }))
    Console.WriteLine($"later: {(await later.NavigateAsync(shop.Root + "/")).Document.Title}");
await system.Terminate();
Directory.Delete(folder, recursive: true);
return 0;
