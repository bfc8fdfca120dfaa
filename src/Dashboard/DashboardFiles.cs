namespace ActorBrowser.Dashboard;

/// <summary>The page's files, which are part of the assembly.</summary>
internal static class DashboardFiles
{
    internal const string Page = "page.html";

    private static readonly Dictionary<string, (string Type, byte[] Content)> s_all = new(StringComparer.Ordinal)
    {
        [Page] = ("text/html; charset=utf-8", Read(Page)),
        ["page.css"] = ("text/css; charset=utf-8", Read("page.css")),
        ["page.js"] = ("text/javascript; charset=utf-8", Read("page.js")),
        ["rows.js"] = ("text/javascript; charset=utf-8", Read("rows.js")),
        ["icon.svg"] = ("image/svg+xml", Read("icon.svg")),
    };

    /// <summary>The files besides the page itself.</summary>
    internal static IEnumerable<string> Names => s_all.Keys.Where(static name => name != Page);

    internal static (string Type, byte[] Content) Find(string name) => s_all[name];

    private static byte[] Read(string name)
    {
        using var file = typeof(DashboardFiles).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }
}
