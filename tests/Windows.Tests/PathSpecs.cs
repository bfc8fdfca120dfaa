using System.Runtime.InteropServices;
using ActorBrowser.ChildEntrypoints.Commands;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>One file has many names: which folder is in which, and which program a name is of.</summary>
public sealed partial class PathSpecs : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("actorbrowser paths ").FullName;

    public PathSpecs()
    {
        Directory.CreateDirectory(Path.Combine(_root, "Work", "inner"));
        Directory.CreateDirectory(Path.Combine(_root, "Work2"));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(@"Work", @"Work", true)]
    [InlineData(@"Work\", @"Work", true)]
    [InlineData(@"Work\inner", @"Work\", true)]
    [InlineData(@"WORK\INNER", @"work", true)]
    [InlineData(@"Work/inner", @"Work", true)]
    [InlineData(@"Work\inner\..\inner", @"Work", true)]
    [InlineData(@"Work", @".", true)]
    [InlineData(@"Work2", @"Work", false)]
    [InlineData(@"Work\..\Work2", @"Work", false)]
    [InlineData(@".", @"Work", false)]
    [InlineData(@"Work\none", @"Work", false)]
    [InlineData(@"Work", @"none", false)]
    public void A_folder_is_in_another_wherever_its_name_leads(string folder, string outer, bool isIn)
    {
        Assert.Equal(isIn, WindowsPath.IsIn($@"{_root}\{folder}", $@"{_root}\{outer}"));
        Assert.Equal(isIn, WindowsPath.IsIn(Path.GetFullPath($@"{_root}\{folder}").Insert(0, @"\\?\"), $@"{_root}\{outer}"));
    }

    [Fact]
    public void A_short_name_is_that_of_its_folder_and_a_drive_holds_all()
    {
        var room = new char[300];
        var length = GetShortPath(Path.Combine(_root, "Work", "inner"), room, room.Length);
        var shortened = new string(room, 0, length);
        Assert.Contains('~', shortened);
        Assert.True(WindowsPath.IsIn(shortened, _root));
        Assert.True(WindowsPath.IsIn(_root, Path.GetPathRoot(_root)!));
    }

    [Theory]
    [InlineData("tool.bat::$DATA", "names a stream")]
    [InlineData("tool.bat:x", "names a stream")]
    [InlineData("tool.exe:x.exe", "names a stream")]
    [InlineData("NUL", "names a device")]
    [InlineData("con.bat", "names a device")]
    public void A_program_whose_name_hides_what_it_is_of_is_refused(string name, string why)
    {
        File.WriteAllText(Path.Combine(_root, "tool.bat"), "@exit /b 4\r\n");
        foreach (var one in (string[])[name, Path.Combine(_root, name), @"\\?\" + Path.Combine(_root, name)])
        {
            var refused = Find([one, "a\" & exit 9 & \""])!.Value;
            Assert.Equal(SpawnFailure.InvalidRequest, refused.Kind);
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_device_as_a_program_or_a_folder_is_refused()
    {
        Assert.Equal(SpawnFailure.InvalidRequest, Find([@"\\.\" + Path.Combine(_root, "tool.bat")])!.Value.Kind);
        foreach (var folder in (string[])[@"\\.\" + _root, _root + "::$INDEX_ALLOCATION", Path.Combine(_root, "NUL")])
            Assert.Equal(SpawnFailure.BadFolder, Find(["cmd.exe"], folder)!.Value.Kind);
    }

    [Fact]
    public void An_extension_or_a_place_that_names_a_stream_finds_nothing()
    {
        File.WriteAllText(Path.Combine(_root, "tool.bat"), "@exit /b 4\r\n");
        Assert.Null(Find(["tool"], null, $"PATH={_root}", "PATHEXT=.BAT"));
        Assert.Equal(SpawnFailure.NotFound, Find(["tool"], null, $"PATH={_root}", "PATHEXT=.bat::$DATA")!.Value.Kind);
        Assert.Equal(SpawnFailure.NotFound, Find(["tool"], null, $"PATH={_root}::$INDEX_ALLOCATION", "PATHEXT=.BAT")!.Value.Kind);
    }

    private static SpawnFailed? Find(string[] arguments, string? folder = null, params string[] variables)
    {
        var settings = ActorBrowserSettings.From(Akka.Configuration.Config.Empty).Commands;
        var spawn = new CommandProtocol.Spawn([.. arguments.Select(static one => (CommandText)one)]) { Folder = folder is null ? (CommandText?)null : CommandText.FromString(folder) };
        if (variables.Length > 0)
            spawn = spawn with { Environment = CommandEnvironment.Exact(variables.Select(static line => line.Split('=', 2)).ToDictionary(static line => line[0], static line => (CommandText)line[1], StringComparer.Ordinal)) };
        return WindowsProgram.Find(CommandRequest.Of(spawn, settings, null, []), out _, out _, out _);
    }

    [LibraryImport("kernel32", EntryPoint = "GetShortPathNameW", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int GetShortPath(string path, [Out] char[] room, int length);
}
