using Acornima.Ast;
using Jint;
using Jint.Native;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>The parts of the web's interfaces that are written in JavaScript, over the host's functions. They are parsed once for all pages of a process.</summary>
internal static class Prelude
{
    private static readonly string[] s_names = ["url", "window", "nodes", "fetch"];
    private static Prepared<Script>[]? s_scripts;

    /// <summary>Defines them in an engine.</summary>
    internal static void Run(PageRealm realm)
    {
        s_scripts ??= [.. s_names.Select(static name => Engine.PrepareScript(Read(name), $"browser:{name}", strict: true))];
        var natives = realm.Window.Natives();
        foreach (var script in s_scripts)
            realm.Engine.Evaluate(script).Call(JsValue.Undefined, [natives, realm.Engine.Global]);
    }

    private static string Read(string name)
    {
        using var stream = typeof(Prelude).Assembly.GetManifestResourceStream($"ActorBrowser.Prelude.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
