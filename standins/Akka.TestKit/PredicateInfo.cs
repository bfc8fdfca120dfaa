using System;

namespace Akka.TestKit;

/// <summary>A message type and a predicate on it.</summary>
public class PredicateInfo
{
    private PredicateInfo(Delegate predicateT, Type type)
    {
        PredicateT = predicateT;
        Type = type;
    }

    public Type Type { get; }

    public Delegate PredicateT { get; }

    public static PredicateInfo Create<T>(Predicate<T> predicateT) => new(predicateT, typeof(T));

    public override string ToString() => $"{GetType().FullName}<{Type.FullName}>";
}

/// <summary>Makes <see cref="PredicateInfo"/> of delegates.</summary>
public static class PredicateInfoFactory
{
    public static PredicateInfo CreatePredicateInfo<T>(this Predicate<T> predicateT) => PredicateInfo.Create(predicateT);

    /// <exception cref="ArgumentException">The delegate is not from one argument to a boolean.</exception>
    public static PredicateInfo CreatePredicateInfo<T>(this Delegate predicateT)
    {
        var method = predicateT.Method;
        var problem =
            (method.ReturnType == typeof(bool) ? "" : "Return type of this Delegate is not a boolean. ")
            + (method.GetParameters().Length == 1 ? "" : "Delegate does not take exactly one parameter.");
        return problem.Length == 0
            ? PredicateInfo.Create(method.CreateDelegate<Predicate<T>>(predicateT.Target))
            : throw new ArgumentException(problem);
    }
}
