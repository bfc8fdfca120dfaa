using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using ActorBrowser.Sandbox;

namespace ActorBrowser.ActorsTests;

/// <summary>The choice of a child's program: the native image next to the parent, the parent itself, or the configured program.</summary>
[Trait("Tier", "Fast")]
[UnsupportedOSPlatform("windows")]
public sealed class ChildProgramSpecs : IDisposable
{
    private const string Loader = "/proc/self/exe";

    private static readonly Guid Build = Guid.Parse("00112233445566778899aabbccddeeff");
    private static readonly int Processor = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? ElfHeader.Arm64 : ElfHeader.X64;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_image_of_the_same_build_runs_the_built_in_roles_and_the_program_itself_all_others()
    {
        var image = Write(Image(Build));
        var programs = new ChildPrograms(ChildPrograms.Auto, NativeChild.Find(_folder, Build));
        foreach (var role in Transport.RoleContracts.BuiltIn)
            Assert.Equal((image, true), (programs.Of(role.Name).Path, programs.Of(role.Name).IsChildImage));
        Assert.Equal(ChildExecutable.Current.Path, programs.Of("word-counter").Path);
        Assert.Equal((ChildImage.Native, ChildImage.Jit), (programs.ImageOf("renderer"), programs.ImageOf("word-counter")));
        Assert.Contains(image, programs.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void The_image_of_a_portable_program_is_found_below_runtimes_and_one_beside_it_comes_first()
    {
        var below = Write(Image(Build), Path.Combine("runtimes", $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "native"));
        Assert.Equal(below, NativeChild.Find(_folder, Build).Executable?.Path);
        var beside = Write(Image(Build));
        Assert.Equal(beside, NativeChild.Find(_folder, Build).Executable?.Path);
    }

    [Theory]
    [InlineData("other build", "is of build ffeeddccbbaa99887766554433221100, and this program of build 00112233445566778899aabbccddeeff")]
    [InlineData("no build", "is of build , and this")]
    [InlineData("other processor", "is for another processor")]
    [InlineData("no loader", "needs the loader /no/such/loader, which is not on this system")]
    [InlineData("a script", "is not a program for this system")]
    [InlineData("cut", "is not a program for this system")]
    [InlineData("not executable", "may not be executed by this user: chmod a+x")]
    [InlineData("nothing", "no native child image is next to it; the package ActorBrowser.Child.linux-")]
    public void An_image_that_cannot_be_used_is_not_and_the_log_says_why(string what, string why)
    {
        if (what != "nothing")
        {
            var path = Write(what switch
            {
                "other build" => Image(Guid.Parse("ffeeddccbbaa99887766554433221100")),
                "no build" => Image(null),
                "other processor" => Image(Build, processor: 3),
                "no loader" => Image(Build, "/no/such/loader"),
                "a script" => Encoding.ASCII.GetBytes("#!/bin/sh\nexit 0\n"),
                "cut" => Image(Build)[..100],
                _ => Image(Build),
            });
            if (what == "not executable")
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        var found = NativeChild.Find(_folder, Build);
        Assert.Null(found.Executable);
        Assert.Equal(what != "nothing", found.IsThere);
        var programs = new ChildPrograms(ChildPrograms.Auto, found);
        Assert.Equal(ChildExecutable.Current.Path, programs.Of("renderer").Path);
        Assert.Contains(why, programs.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_is_configured_runs_all_roles_and_self_is_the_running_one()
    {
        Write(Image(Build));
        var native = NativeChild.Find(_folder, Build);
        foreach (var role in (string[])["renderer", "word-counter"])
        {
            Assert.Equal("/usr/bin/child", new ChildPrograms("/usr/bin/child", native).Of(role).Path);
            Assert.Equal(ChildExecutable.Current.Path, new ChildPrograms(ChildPrograms.Self, native).Of(role).Path);
        }
    }

    [Fact]
    public void One_profile_has_a_plan_for_each_program_and_the_native_one_opens_no_runtime_to_its_child()
    {
        var image = new ChildExecutable(Write(Image(Build)), []) { IsChildImage = true };
        var settings = ActorBrowserSettings.From(Akka.Configuration.Config.Empty).Sandbox;
        var policy = settings.ProfileOf("renderer");
        var plan = settings.PlanFor(policy, image);
        Assert.NotSame(plan, settings.PlanFor(policy, ChildExecutable.Current));
        Assert.Same(plan, settings.PlanFor(policy, image));
        var rules = PathExpansion.Expand(policy, image).Select(static rule => rule.Path).ToArray();
        Assert.Contains(image.Path, rules);
        Assert.DoesNotContain(rules, static path => path.EndsWith(".dll", StringComparison.Ordinal) || path.Contains("dotnet/shared", StringComparison.Ordinal));
    }

    // A header, three program headers (loader, another note, the build id), and their contents.
    private static byte[] Image(Guid? build, string loader = Loader, int? processor = null)
    {
        var bytes = new byte[512];
        "\u007fELF\u0002\u0001"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(18), (ushort)(processor ?? Processor));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(54), 56);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(56), 2);
        Part(0, kind: 3, at: 256, length: 64);
        Part(1, kind: 4, at: 320, length: build is null ? 20UL : 56UL);
        Encoding.ASCII.GetBytes(loader).CopyTo(bytes, 256);
        // A note of three bytes, padded to four, followed by the build id.
        Note(320, kind: 1, [1, 2, 3]);
        if (build is { } id)
            Note(340, kind: 3, Convert.FromHexString(id.ToString("N")));
        return bytes;

        void Part(int index, uint kind, ulong at, ulong length)
        {
            var entry = bytes.AsSpan(64 + (index * 56));
            BinaryPrimitives.WriteUInt32LittleEndian(entry, kind);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], at);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], length);
        }

        void Note(int at, uint kind, byte[] content)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), 4);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 4), (uint)content.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 8), kind);
            "GNU\0"u8.CopyTo(bytes.AsSpan(at + 12));
            content.CopyTo(bytes, at + 16);
        }
    }

    private string Write(byte[] image, string below = "")
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, below)).FullName, "actorbrowser-child");
        File.WriteAllBytes(path, image);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
