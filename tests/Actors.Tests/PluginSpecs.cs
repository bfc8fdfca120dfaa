using ActorBrowser.TestChild;
using Akka.Actor;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ActorBrowser.ActorsTests;

/// <summary>A role whose code is an assembly that the program was not compiled with. Each spec compiles its own.</summary>
public sealed class PluginSpecs : IAsyncLifetime
{
    private static readonly MetadataReference[] Platform =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static one => MetadataReference.CreateFromFile(one))];

    private const string Broken = "public class Nothing { }";

    private readonly ActorSystem _system = ActorSystem.Create("plugins", "akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }");
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-plugins-").FullName;
    private IActorRef _browser = ActorRefs.Nobody;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _system.Terminate().Soon();
        Assert.Equal(0, Running());
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_plugin_is_loaded_in_its_child_alone_which_may_read_its_folder_and_no_other()
    {
        var plugged = await StartAsync(Compile("one", Answering("""what == "read" ? File.ReadAllText(Path.Combine(Path.GetDirectoryName(typeof(Plugin).Assembly.Location)!, "data")) : what == "passwd" ? File.ReadAllText("/etc/passwd") : "one" """)));
        await File.WriteAllTextAsync(Path.Combine(_folder, "one", "data"), "its data");
        Assert.Equal("one", await AskAsync(plugged));
        Assert.Equal("its data", await AskAsync(plugged, "read"));
        Assert.Equal("System.UnauthorizedAccessException", (await Assert.ThrowsAsync<RoleFailedException>(() => AskAsync(plugged, "passwd"))).TypeName);
        Assert.DoesNotContain(AppDomain.CurrentDomain.GetAssemblies(), static assembly => assembly.GetName().Name == "one");
    }

    [Fact]
    public async Task A_plugin_s_own_assemblies_come_from_its_folder_and_the_contract_from_the_program()
    {
        var dependency = Compile("needed", "public static class Needed { public static string Text => \"needed\"; }", "with");
        // A copy of the contract that a build left in the folder must not be another type.
        File.Copy(typeof(IPlugged).Assembly.Location, Path.Combine(_folder, "with", Path.GetFileName(typeof(IPlugged).Assembly.Location)));
        var plugged = await StartAsync(Compile("with", Answering("Needed.Text"), null, dependency));
        Assert.Equal("needed", await AskAsync(plugged));
    }

    [Fact]
    public async Task Two_versions_run_side_by_side()
    {
        var first = await StartAsync(Compile("same", Answering("\"first\""), "first"),
            browser => browser.AddPlugin(Plugged.Role.Named("plugged-too"), Compile("same", Answering("\"second\""), "second")));
        var second = RoleClient<IPlugged>.For((await _browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("plugged-too"), Deadline.Long)).Role);
        Assert.Equal(("first", "second"), (await AskAsync(first), await AskAsync(second)));
    }

    [Fact]
    public async Task A_reload_under_load_fails_no_request_and_ends_the_old_processes()
    {
        var plugged = await StartAsync(Compile("v1", Answering("\"1\"")), configure: static role => role.WithPool(max: 2));
        using var over = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(async _ =>
        {
            var answers = new List<string>();
            while (!over.IsCancellationRequested)
                answers.Add(await AskAsync(plugged));
            return answers;
        }).ToArray();
        await AskAsync(plugged);
        for (var version = 2; version <= 4; version++)
        {
            var path = Compile($"v{version}", Answering($"\"{version}\""));
            var reloaded = await plugged.ReloadAsync(path).Soon();
            Assert.Equal(path, reloaded.Path);
            Assert.InRange(reloaded.Processes, 1, 2);
            // What is asked from now on is answered by the new one.
            Assert.Equal($"{version}", await AskAsync(plugged));
        }
        await over.CancelAsync();
        foreach (var answers in await Task.WhenAll(load).Soon())
            Assert.Equal(answers.Order(StringComparer.Ordinal), answers);
        await ProcessTable.Until(static () => Running() <= 2, Deadline.Long);
    }

    [Fact]
    public async Task A_request_under_way_ends_in_the_old_process_while_the_new_one_serves()
    {
        var flag = Path.Combine(_folder, "v1", "go");
        var plugged = await StartAsync(Compile("v1", Answering($$"""what != "wait" ? "1" : System.Threading.SpinWait.SpinUntil(static () => File.Exists("{{flag}}"), 30_000) ? "waited" : "never" """)));
        Assert.Equal("1", await AskAsync(plugged));
        // The process is free, so it has the request before the reload begins.
        var waiting = AskAsync(plugged, "wait");
        await plugged.ReloadAsync(Compile("v2", Answering("\"2\""))).Soon();
        Assert.Equal("2", await AskAsync(plugged));
        Assert.False(waiting.IsCompleted);
        await File.WriteAllTextAsync(flag, "");
        Assert.Equal("waited", await waiting);
    }

    [Fact]
    public async Task A_reload_of_what_cannot_be_loaded_fails_and_the_old_processes_serve_on()
    {
        var good = Compile("good", Answering("\"good\""));
        var plugged = await StartAsync(good);
        Assert.Equal("good", await AskAsync(plugged));
        var noAssembly = Path.Combine(_folder, "text.dll");
        await File.WriteAllTextAsync(noAssembly, "no assembly");
        foreach (var (path, sentence) in new[]
        {
            (Compile("nothing", Broken), "it has no public class that implements ActorBrowser.TestChild.IPlugged"),
            (Compile("two", Answering("\"\"") + "public class Second : Plugin { }"), "more than one public class implements ActorBrowser.TestChild.IPlugged: Plugin, Second"),
            (Compile("throws", Answering("\"\"", "throw new InvalidOperationException(\"on purpose\");")), "its constructor failed with System.InvalidOperationException: on purpose"),
            (Compile("exits", Answering("\"\"", "Environment.Exit(3);")), ""),
            (noAssembly, "cannot be used"),
        })
        {
            var lost = await Assert.ThrowsAsync<ChildLostException>(() => plugged.ReloadAsync(path).Soon());
            Assert.Contains(sentence, lost.Message + string.Join('\n', lost.LastStderrLines), StringComparison.Ordinal);
            Assert.Equal("good", await AskAsync(plugged));
        }
        await Assert.ThrowsAsync<FileNotFoundException>(() => plugged.ReloadAsync(Path.Combine(_folder, "missing.dll")).Soon());
        await Assert.ThrowsAsync<InvalidMessageException>(() => plugged.ReloadAsync("").Soon());
        Assert.Equal(good, (await plugged.ReloadAsync().Soon()).Path);
        Assert.Equal("good", await AskAsync(plugged));
    }

    [Fact]
    public async Task The_role_s_actor_keeps_the_reload_when_it_is_restarted()
    {
        var plugged = await StartAsync(Compile("v1", Answering("\"1\"")));
        await plugged.ReloadAsync(Compile("v2", Answering("\"2\""))).Soon();
        _system.ActorSelection("/user/browser/roles/plugged").Tell(new Poison());
        Assert.Equal("2", await AskAsync(plugged));
    }

    [Fact]
    public async Task Of_two_reloads_at_once_one_is_refused_and_a_role_that_is_no_plugin_refuses_all()
    {
        var plugged = await StartAsync(Compile("v1", Answering("\"1\"")), browser => browser.AddRole(TypedRole.Role));
        var reloads = new[] { plugged.ReloadAsync(), plugged.ReloadAsync() };
        await Assert.ThrowsAsync<InvalidMessageException>(() => Task.WhenAll(reloads).Soon());
        await Assert.Single(reloads, static reload => reload.IsCompletedSuccessfully);
        var typed = RoleClient<TypedRole>.For((await _browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("typed"), Deadline.Long)).Role);
        Assert.Contains("no plugin", (await Assert.ThrowsAsync<InvalidMessageException>(() => typed.ReloadAsync().Soon())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_role_is_added_as_what_it_is_with_a_file_that_exists()
    {
        var options = new ActorBrowserOptions();
        Assert.Contains("AddPlugin", Assert.Throws<ArgumentException>(() => options.AddRole(Plugged.Role)).Message, StringComparison.Ordinal);
        Assert.Contains("ForPlugin", Assert.Throws<ArgumentException>(() => options.AddPlugin(TypedRole.Role, typeof(IPlugged).Assembly.Location)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => options.AddPlugin(Plugged.Role, "no/such.dll"));
    }

    // How many processes this class has: specs of other classes have theirs at the same time.
    private static int Running() => ProcessTable.WithArgument("plugged").Concat(ProcessTable.WithArgument("plugged-too")).Count(static pid => ProcessTable.ParentOf(pid) == Environment.ProcessId);

    private static string Answering(string expression, string constructor = "") => $$"""
        using System; using System.IO; using ActorBrowser.TestChild;
        public class Plugin : IPlugged { public Plugin() { {{constructor}} } public string Handle(string what) => {{expression}}; }
        """;

    private static async Task<string> AskAsync(RoleClient<IPlugged> plugged, string what = "") => await plugged.AskAsync<string>(what).Soon();

    private async Task<RoleClient<IPlugged>> StartAsync(string path, Action<ActorBrowserOptions>? more = null, Action<RoleOptions>? configure = null)
    {
        var options = new ActorBrowserOptions { ChildExecutable = TestChildProgram.Path, Configuration = "actorbrowser.role.spares = 0" };
        options.AddPlugin(Plugged.Role, path, configure);
        more?.Invoke(options);
        _browser = _system.StartActorBrowser(options);
        return RoleClient<IPlugged>.For((await _browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("plugged"), Deadline.Long)).Role);
    }

    // Into a folder of its own, or a named one.
    private string Compile(string name, string source, string? folder = null, params string[] references)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, folder ?? name)).FullName, name + ".dll");
        var compilation = CSharpCompilation.Create(
            name, [CSharpSyntaxTree.ParseText(source)], Platform.Concat(references.Select(static one => MetadataReference.CreateFromFile(one))), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var emitted = compilation.Emit(path);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics));
        return path;
    }
}
